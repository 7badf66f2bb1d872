// SPDX-License-Identifier: Apache-2.0
// dims-server: takes the events of a trust group's agents, stores them, and answers.
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/base/version.h"
#include "common/grpc/credentials.h"
#include "common/grpc/grpc_log.h"
#include "common/grpc/lock_order_checks.h"
#include "server/initialize_directory.h"
#include "server/run_server.h"

namespace dims {
namespace {

constexpr int kExitUsage = 2;

// Queries, commits and seals take and give back buffers of some hundred KiB for each column; with
// the C library's defaults a third of a query's time went into getting them from the kernel again.
void KeepFreedMemory() {
  constexpr int kKeptBytesMax = 16 << 20;  // at the end of each thread's heap
  ::mallopt(M_MMAP_THRESHOLD, kKeptBytesMax);
  ::mallopt(M_TRIM_THRESHOLD, kKeptBytesMax);
  // Rows are made by workers and freed by the sealer: with an arena for each thread, what one frees
  // would lie idle while another asks the system for more.
  ::mallopt(M_ARENA_MAX, 2);
}

int Report(const absl::Status& status) {
  if (status.ok()) return 0;
  std::fprintf(stderr, "dims-server: %s\n", std::string(status.message()).c_str());
  return absl::IsInvalidArgument(status) ? kExitUsage : 1;
}

int Run(int argc, char** argv) {
  SystemClock clock;
  SystemRandom random;
  CLI::App program{
      "The centre of a trust group: accepts agents, stores, enriches, correlates, alerts, answers.",
      "dims-server"};
  program.set_version_flag("--version", kVersion);
  program.require_subcommand(1);
  InitializeOptions init_options;
  CLI::App* init = program.add_subcommand("init", "Make a new server in an empty directory");
  init->footer(
      "Examples:\n"
      "  dims-server init --data /var/lib/dims-server --listen 192.0.2.1:8443 --name \"Puget "
      "Sound\"\n"
      "\n"
      "Writes operator.identity into the directory: the first operator. Who holds it may do "
      "everything.");
  init->add_option("--data", init_options.directory, "the server's directory")->required();
  init->add_option("--listen", init_options.listen,
                   "HOST:PORT for agents and users; port 0 picks one")
      ->required();
  init->add_option("--join-listen", init_options.join_listen,
                   "HOST:PORT for joining (the next port)");
  init->add_option("--advertise", init_options.advertise,
                   "the host name that goes into join tokens (the host of --listen)");
  init->add_option("--name", init_options.name, "the trust group's name")->required();
  std::string directory;
  CLI::App* run = program.add_subcommand("run", "Run the server until SIGTERM");
  run->footer("Examples:\n  dims-server run --data /var/lib/dims-server");
  run->add_option("--data", directory, "the server's directory")->required();
  program.footer(
      "Examples:\n"
      "  dims-server init --data /var/lib/dims-server --listen 192.0.2.1:8443 --name \"Puget "
      "Sound\"\n"
      "  dims-server run --data /var/lib/dims-server\n\n"
      "Exit codes: 0 done, 1 failed, 2 wrong usage. All of it: docs/cli.md.");
  // CLI11 reports wrong usage by throwing; nothing else in the program does.
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : kExitUsage;
  }
  if (run->parsed()) return Report(RunServer(directory, clock, random));
  std::string summary;
  const absl::Status made = InitializeDirectory(init_options, clock, random, summary);
  if (made.ok()) std::fputs(summary.c_str(), stdout);
  return Report(made);
}

}  // namespace
}  // namespace dims

int main(int argc, char** argv) {
  dims::KeepFreedMemory();
  dims::SetLog("dims-server", dims::LogLevel::kInfo);
  dims::RequireTls13();
  dims::RouteGrpcLog();
  dims::SwitchOffLockOrderChecks();
  return dims::Run(argc, argv);
}

// SPDX-License-Identifier: Apache-2.0
#include "agent/load_command.h"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "agent/config/line_keys.h"
#include "agent/inputs/posix_file_system.h"
#include "agent/load/loader.h"
#include "agent/running_agent.h"
#include "common/base/log.h"
#include "common/base/service_signals.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr absl::Duration kSignalLook = absl::Milliseconds(200);
constexpr absl::Duration kStartPatience = absl::Seconds(10);
constexpr absl::Duration kShowInterval = absl::Seconds(1);

// What people see: a line a file, and on a terminal one that tells how far all is.
class LoadDisplay {
 public:
  explicit LoadDisplay(const Clock& clock)
      : clock_(clock), began_(clock.Monotonic()), terminal_(::isatty(STDERR_FILENO) == 1) {}

  void Tell(const std::string& line) const {
    if (terminal_) std::fputs("\r\x1b[K", stderr);
    std::printf("%s\n", EscapeControls(line).c_str());
    std::fflush(stdout);
  }

  void Show(const LoadProgress& progress) {
    if (!terminal_) return;
    const double seconds = absl::ToDoubleSeconds(clock_.Monotonic() - began_);
    std::string text = absl::StrFormat(
        "%d of %d files, %d lines, %.0f lines/s", progress.files, progress.files_all,
        progress.lines, static_cast<double>(progress.lines) / std::max(seconds, 1.0));
    if (progress.bytes > 0 && progress.bytes < progress.bytes_all) {
      const double left = seconds * static_cast<double>(progress.bytes_all - progress.bytes) /
                          static_cast<double>(progress.bytes);
      absl::StrAppend(&text, ", ",
                      absl::FormatDuration(absl::Ceil(absl::Seconds(left), absl::Seconds(1))),
                      " left");
    }
    std::fprintf(stderr, "\r\x1b[K%s: %s", text.c_str(), EscapeControls(progress.now).c_str());
    std::fflush(stderr);
  }

  void End(const LoadProgress& progress) const {
    if (terminal_) std::fputs("\r\x1b[K", stderr);
    std::printf("%d lines of %d files; %d loaded before, %d skipped, %d not read\n",
                static_cast<int>(progress.lines), static_cast<int>(progress.files),
                static_cast<int>(progress.files_loaded_before),
                static_cast<int>(progress.files_skipped), static_cast<int>(progress.files_failed));
    if (progress.too_old_rows > 0) {
      std::printf("%s lines are older than the server keeps and were not sent\n",
                  absl::StrCat(progress.too_old_rows).c_str());
    }
    if (progress.waiting_rows > 0) {
      std::printf("%s lines wait in the agent's buffer to be sent\n",
                  absl::StrCat(progress.waiting_rows).c_str());
    }
  }

 private:
  const Clock& clock_;
  const absl::Duration began_;
  const bool terminal_;
};

void LimitToYear(int year, const absl::TimeZone& zone, std::vector<LoadFile>& files) {
  if (year == 0) return;
  const absl::Time end = absl::FromCivil(absl::CivilYear(year) + 1, zone) - absl::Hours(25);
  for (LoadFile& file : files) file.written = std::min(file.written, end);
}

// The agent this command is where none runs.
absl::StatusOr<std::unique_ptr<RunningAgent>> RunOwnAgent(const LoadOptions& options, Clock& clock,
                                                          Random& random) {
  RunningAgentOptions own;
  own.config_path = options.config_path;
  own.state_directory = options.state_directory;
  own.without_listeners = true;
  ASSIGN_OR_RETURN(std::unique_ptr<RunningAgent> agent, RunningAgent::Open(own, clock, random));
  agent->Start();
  return agent;
}

// Null: one runs already. An agent that starts just now has the buffer before it listens.
absl::StatusOr<std::unique_ptr<RunningAgent>> FindAgent(const LoadOptions& options,
                                                        const ServiceSignals& signals, Clock& clock,
                                                        Random& random) {
  const absl::Duration until = clock.Monotonic() + kStartPatience;
  while (true) {
    const absl::Status found = LoadChannel::Connect(options.state_directory).status();
    if (found.ok()) return nullptr;
    if (!absl::IsUnavailable(found)) return found;
    absl::StatusOr<std::unique_ptr<RunningAgent>> own = RunOwnAgent(options, clock, random);
    if (!absl::IsUnavailable(own.status()) || clock.Monotonic() > until) return own;
    if (signals.Wait(kSignalLook) == ServiceSignals::Signal::kStop) {
      return absl::CancelledError("stopped");
    }
  }
}

// Until the loader's thread is done, or a signal or the agent's failure ends it.
absl::Status Watch(const ServiceSignals& signals, const std::atomic<bool>& done,
                   RunningAgent* agent, const Clock& clock, Loader& loader, LoadDisplay& display) {
  absl::Duration tick = clock.Monotonic();
  while (!done) {
    if (signals.Wait(kSignalLook) == ServiceSignals::Signal::kStop) loader.Stop();
    if (clock.Monotonic() < tick) continue;
    tick = clock.Monotonic() + kShowInterval;
    display.Show(loader.progress());
    if (agent == nullptr) continue;
    agent->Tick();
    if (const absl::Status failed = agent->failure(); !failed.ok()) {
      loader.Stop();
      return failed;
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status LoadFiles(const LoadOptions& options, Clock& clock, Random& random) {
  const ServiceSignals signals;
  LineSettings settings;
  RETURN_IF_ERROR(SetLineZone(options.timezone, settings));
  const PosixFileSystem system;
  ASSIGN_OR_RETURN(std::vector<LoadFile> files,
                   ListLoadFiles(options.paths, system, clock.Now(), settings.zone));
  LimitToYear(options.year, settings.zone, files);
  ASSIGN_OR_RETURN(const std::unique_ptr<RunningAgent> agent,
                   FindAgent(options, signals, clock, random));
  LoadDisplay display(clock);
  LoaderOptions how;
  how.state_directory = options.state_directory;
  how.format = options.format;
  how.timezone = options.timezone;
  how.zone = settings.zone;
  how.tags = options.tags;
  how.even_if_read = options.even_if_read;
  how.wait_until_sent = agent != nullptr;
  Loader loader(how, system, clock, [&](const std::string& line) { display.Tell(line); });
  absl::Status loaded;
  std::atomic<bool> done = false;
  std::thread thread([&] {
    loaded = loader.Run(files);
    done = true;
  });
  const absl::Status watched = Watch(signals, done, agent.get(), clock, loader, display);
  thread.join();
  if (agent != nullptr) agent->Stop();
  RETURN_IF_ERROR(watched);
  const LoadProgress progress = loader.progress();
  display.End(progress);
  if (absl::IsCancelled(loaded)) {
    return absl::CancelledError("stopped; the same command goes on where this one ended");
  }
  RETURN_IF_ERROR(loaded);
  return progress.files_failed == 0 ? absl::OkStatus()
                                    : absl::DataLossError("some files were not read to their ends");
}

}  // namespace dims

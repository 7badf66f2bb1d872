// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/call.h"
#include "cli/commands.h"
#include "cli/time_range.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr std::size_t kPieceBytes = 256u << 10;
constexpr absl::Duration kImportTimeout = absl::Minutes(10);
constexpr std::size_t kLookupValuesMax = 1000;

// A provider's name from a file's: what the server accepts of it.
std::string ProviderOf(const std::string& path) {
  std::string name = std::filesystem::path(path).stem().string();
  for (char& c : name) {
    const bool fits = absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-';
    if (!fits) c = '_';
  }
  return name.substr(0, 64);
}

absl::Status SendFile(std::ifstream& file, const std::string& path, const std::string& provider,
                      CommandLine& line, grpc::ClientWriter<v1::ImportIntelRequest>& writer) {
  std::uint64_t sent = 0;
  std::string piece(kPieceBytes, '\0');
  do {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    v1::ImportIntelRequest request;
    if (sent == 0) request.set_provider(provider);
    request.set_csv(piece.data(), static_cast<std::size_t>(file.gcount()));
    // The server has said no; Finish tells why.
    if (!writer.Write(request)) return absl::OkStatus();
    sent += static_cast<std::uint64_t>(file.gcount());
    line.terminal.Progress(absl::StrCat(sent >> 20, " MiB sent"));
  } while (file.good());
  if (file.bad()) return absl::UnavailableError(absl::StrCat(path, ": reading stopped half-way"));
  return absl::OkStatus();
}

absl::StatusOr<int> Import(CommandLine& line, const std::string& path, std::string provider) {
  std::ifstream file(path, std::ios::binary);
  std::error_code error;
  if (!file || std::filesystem::is_directory(path, error))
    return absl::NotFoundError(absl::StrCat(path, ": cannot be opened"));
  if (provider.empty()) provider = ProviderOf(path);
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(SystemClock().Now() + kImportTimeout));
  v1::ImportIntelResponse answer;
  const auto writer = session->admin().ImportIntel(&context, &answer);
  const absl::Status sent = SendFile(file, path, provider, line, *writer);
  if (!sent.ok()) context.TryCancel();
  writer->WritesDone();
  const grpc::Status finished = writer->Finish();
  line.terminal.EndProgress();
  RETURN_IF_ERROR(sent);
  if (!finished.ok()) return FromGrpc(finished);
  std::string out = absl::StrCat(Counted(answer.indicators(), "indicator"), " of ", provider, "\n");
  if (answer.refused() > 0) absl::StrAppend(&out, Counted(answer.refused(), "line"), " refused:\n");
  for (const std::string& finding : answer.findings())
    absl::StrAppend(&out, "  ", EscapeControls(finding), "\n");
  line.terminal.Write(out);
  return kExitOk;
}

void ShowResult(CommandLine& line, const v1::LookupResult& result) {
  std::string out = line.terminal.Bold(EscapeControls(result.value()));
  absl::StrAppend(&out, "  ", EscapeControls(result.iff()));
  if (!result.owner().empty()) absl::StrAppend(&out, " of ", EscapeControls(result.owner()));
  absl::StrAppend(&out, "\n");
  for (const std::string& indicator : result.indicators())
    absl::StrAppend(&out, "  ", EscapeControls(indicator), "\n");
  line.terminal.Write(out);
  if (result.sightings().empty()) {
    line.terminal.Write("  not seen\n");
    return;
  }
  std::vector<std::vector<std::string>> rows;
  for (const v1::LookupSighting& sighting : result.sightings()) {
    rows.push_back({sighting.site(), absl::StrCat(sighting.events()),
                    MomentText(sighting.first_ns()), MomentText(sighting.last_ns())});
  }
  const std::string table = AlignedTable(line.terminal, {"site", "events", "first", "last"}, rows);
  std::string indented;
  for (const absl::string_view row : absl::StrSplit(table, '\n', absl::SkipEmpty()))
    absl::StrAppend(&indented, "  ", row, "\n");
  line.terminal.Write(indented);
}

absl::StatusOr<int> Lookup(CommandLine& line, const std::vector<std::string>& values,
                           const TimeRangeOptions& range_options) {
  if (values.size() > kLookupValuesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("at most ", kLookupValuesMax, " values at once"));
  }
  ASSIGN_OR_RETURN(const AskedRange range, ResolveTimeRange(range_options, SystemClock().Now()));
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  v1::LookupRequest request;
  for (const std::string& value : values) request.add_values(value);
  request.set_from_ns(absl::ToUnixNanos(range.from));
  request.set_to_ns(absl::ToUnixNanos(range.to));
  ASSIGN_OR_RETURN(const auto answer,
                   Call<v1::LookupResponse>(session->query(), &v1::Query::Stub::Lookup, request));
  for (const v1::LookupResult& result : answer.results()) ShowResult(line, result);
  const v1::Completeness& end = answer.completeness();
  const bool incomplete = answer.has_completeness() && !end.complete();
  std::string last =
      absl::StrCat(incomplete ? "incomplete: " : "complete", absl::StrJoin(end.why(), "; "), "; ",
                   MomentText(request.from_ns()), " to ", MomentText(request.to_ns()));
  line.terminal.Write(absl::StrCat(line.terminal.Dim(EscapeControls(last)), "\n"));
  return incomplete ? kExitIncomplete : kExitOk;
}

void AddLookup(CLI::App& program, CommandLine& line) {
  auto values = std::make_shared<std::vector<std::string>>();
  auto range = std::make_shared<TimeRangeOptions>();
  CLI::App* lookup =
      program.add_subcommand("lookup", "Who is it, what is known of it, who has seen it");
  lookup->footer(
      "Examples:\n"
      "  dims lookup 192.0.2.7\n"
      "  dims lookup 192.0.2.7 evil.example d41d8cd98f00b204e9800998ecf8427e --last 7d");
  lookup->add_option("VALUE", *values, "addresses, domains, hashes")->required();
  lookup->add_option("--last", range->last, "how far back: 90m, 24h, 7d (24h)");
  lookup->add_option("--days", range->days, "how many days back");
  lookup->add_option("--from", range->from, "ISO 8601 or seconds since 1970");
  lookup->add_option("--to", range->to, "the same; not included");
  lookup->callback([&line, values, range] {
    line.run = [&line, values, range] { return Lookup(line, *values, *range); };
  });
}

}  // namespace

void AddIntelCommands(CLI::App& program, CommandLine& line) {
  CLI::App* intel = program.add_subcommand("intel", "Indicators: import lists of them");
  intel->require_subcommand(1);
  auto path = std::make_shared<std::string>();
  auto provider = std::make_shared<std::string>();
  // Not named after its command, which is a word of the language to clang-format.
  CLI::App* list =
      intel->add_subcommand("import", "Replace what a provider said before by a CSV file");
  list->footer(
      "Examples:\n"
      "  dims intel import blocklist.csv\n"
      "  dims intel import blocklist.csv --provider county-csirt\n"
      "\n"
      "The header is indicator,type,confidence,tlp,expires,name; only the first must be there. "
      "Lines\n"
      "that cannot be read are named by number, the rest counts. The form: docs/intel_csv.md.");
  intel->footer("Examples:\n  dims intel import blocklist.csv");
  list->add_option("FILE", *path, "the CSV file")->required();
  list->add_option("--provider", *provider, "whose list it is (the file's name)");
  list->callback([&line, path, provider] {
    line.run = [&line, path, provider] { return Import(line, *path, *provider); };
  });
  AddLookup(program, line);
}

}  // namespace dims

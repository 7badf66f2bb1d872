// SPDX-License-Identifier: Apache-2.0
#include "agent/try_command.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/parse/line_parser.h"
#include "agent/trial_lines.h"
#include "common/base/status_macros.h"
#include "common/event/event_json.h"

namespace dims {
namespace {

// Shown of a row only as JSON: the same for every line of a trial.
bool IsEveryRows(absl::string_view name) {
  return name == "event.created" || name == "log.file.path" || name == "event.kind";
}

// Text with the colours of a terminal, or without.
class Paint {
 public:
  Paint() : on_(::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr) {}

  std::string Good(absl::string_view text) const { return In("\x1b[1;32m", text); }

  std::string Odd(absl::string_view text) const { return In("\x1b[1;33m", text); }

  std::string Name(absl::string_view text) const { return In("\x1b[36m", text); }

 private:
  std::string In(absl::string_view colour, absl::string_view text) const {
    return on_ ? absl::StrCat(colour, text, "\x1b[0m") : std::string(text);
  }

  const bool on_;
};

// Lines in, a table of their fields out.
class Trial {
 public:
  explicit Trial(const TryOptions& options) : options_(options) {}

  void Add(absl::string_view line, const LineContext& context) {
    const bool read = parser_.Parse(line, context, builder_);
    builder_.FinishRow();
    const EventBatch batch = builder_.Finish();
    const EventPrinter printer(batch);
    ++lines_;
    if (!read) ++unread_;
    std::string dataset;
    printer.AppendPlain("event.dataset", 0, dataset);
    ++datasets_[dataset];
    if (lines_ <= options_.rows_max) Print(printer, dataset, read);
  }

  void PrintSummary() const {
    if (options_.json) return;
    std::printf("%llu lines", static_cast<unsigned long long>(lines_));
    for (const auto& [dataset, count] : datasets_) {
      std::printf(", %llu %s", static_cast<unsigned long long>(count), dataset.c_str());
    }
    std::printf("\n");
    if (unread_ == 0) return;
    std::printf(
        "%s of %llu lines nothing but time and sender could be read; they are kept as text\n",
        paint_.Odd("note:").c_str(), static_cast<unsigned long long>(unread_));
  }

 private:
  void Print(const EventPrinter& printer, const std::string& dataset, bool read) const {
    std::string out;
    if (options_.json) {
      printer.AppendJson(0, out);
      std::printf("%s\n", out.c_str());
      return;
    }
    std::printf("line %llu  %s\n", static_cast<unsigned long long>(lines_),
                read ? paint_.Good(dataset).c_str()
                     : paint_.Odd(absl::StrCat(dataset, ", kept as text")).c_str());
    for (const std::string& name : printer.names()) {
      if (IsEveryRows(name) || name == "event.dataset") continue;
      out.clear();
      printer.AppendPlain(name, 0, out);
      if (out.empty()) continue;
      std::printf("  %s  %s\n", paint_.Name(absl::StrFormat("%-28s", name)).c_str(), out.c_str());
    }
    std::printf("\n");
  }

  const TryOptions& options_;
  const Paint paint_;
  LineParser parser_;
  BatchBuilder builder_;
  std::uint64_t lines_ = 0;
  std::uint64_t unread_ = 0;
  std::map<std::string, std::uint64_t> datasets_;
};

void PrintParsers(const SiteFormats& formats) {
  for (const auto& format : formats.formats()) {
    std::printf("%s: %zu patterns, %zu tests passed\n", format->name().c_str(),
                format->patterns().size(), format->tests());
  }
}

}  // namespace

absl::Status TryFile(const TryOptions& options, const Clock& clock) {
  ASSIGN_OR_RETURN(
      const std::unique_ptr<TrialLines> lines,
      TrialLines::Open({options.path, options.format, options.timezone, options.parsers}, clock));
  if (!options.json) PrintParsers(lines->site_formats());
  if (options.path.empty()) return absl::OkStatus();
  Trial trial(options);
  for (std::string line; lines->Next(line);) trial.Add(line, lines->context());
  trial.PrintSummary();
  return absl::OkStatus();
}

}  // namespace dims

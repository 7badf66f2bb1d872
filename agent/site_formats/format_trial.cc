// SPDX-License-Identifier: Apache-2.0
#include "agent/site_formats/format_trial.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/parse/line_parser.h"
#include "common/event/event_json.h"

namespace dims {
namespace {

constexpr std::int64_t kReceivedNs = 1'767'268'800'000'000'000;  // 2026-01-01T12:00:00Z

// Remembers which pattern matched.
class ObservedFormat final : public SiteTextFormat {
 public:
  explicit ObservedFormat(const SiteFormat& format) : format_(format) {}

  std::optional<TextResult> Parse(const TextInput& input, EventRow& row) const override {
    std::size_t pattern = 0;
    const auto result = format_.Parse(input, row, pattern);
    if (result) reached_ = pattern;
    return result;
  }

  std::optional<std::size_t> reached() const { return reached_; }

 private:
  const SiteFormat& format_;
  mutable std::optional<std::size_t> reached_;  // one line on one thread
};

std::string InQuotes(absl::string_view text) {
  return absl::StrCat("\"", absl::Utf8SafeCHexEscape(text), "\"");
}

void CompareFields(const SiteFormatText::Test& test, const EventBatch& batch, ShownLines& shown) {
  const EventPrinter printer(batch);
  for (const ConfigEntry& expected : test.expect) {
    const std::string wanted = absl::StrJoin(expected.values, ", ");
    std::string found;
    printer.AppendPlain(expected.name, 0, found);
    if (found == wanted) continue;
    shown.Complain(expected.value_place, expected.value_width,
                   absl::StrCat("the test expects ", expected.name, " = ", InQuotes(wanted)),
                   found.empty() ? absl::StrCat("the event has no ", expected.name)
                                 : absl::StrCat("it is ", InQuotes(found)),
                   ConfigProblem::Severity::kError);
  }
}

std::optional<std::size_t> RunTest(const SiteFormat& format, const SiteFormatText::Test& test,
                                   ShownLines& shown) {
  const ObservedFormat observed(format);
  LineContext context;
  context.received_ns = kReceivedNs;
  context.site_format = &observed;
  LineParser parser;
  BatchBuilder builder;
  parser.Parse(test.line, context, builder);
  builder.FinishRow();
  const EventBatch batch = builder.Finish();
  if (observed.reached().has_value() != test.matches) {
    shown.Complain(test.place, 1,
                   test.matches ? "no pattern matches the line of this test"
                                : "a pattern matches the line of this test",
                   test.matches ? "patterns see the text behind a syslog header"
                                : absl::StrCat("it is [[pattern]] ", *observed.reached() + 1, " ",
                                               format.patterns()[*observed.reached()].name()),
                   ConfigProblem::Severity::kError);
  } else {
    CompareFields(test, batch, shown);
  }
  return observed.reached();
}

}  // namespace

void RunFormatTests(const SiteFormat& format, const SiteFormatText& text, ShownLines& shown) {
  std::vector<bool> reached(format.patterns().size());
  for (const SiteFormatText::Test& test : text.tests) {
    if (const auto pattern = RunTest(format, test, shown)) reached[*pattern] = true;
  }
  for (std::size_t n = 0; n < reached.size(); ++n) {
    if (reached[n]) continue;
    shown.Complain(text.patterns[n].place, 1, "no test reaches this pattern",
                   "add a [[test]] with a line of its kind", ConfigProblem::Severity::kWarning);
  }
}

}  // namespace dims

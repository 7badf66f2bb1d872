// SPDX-License-Identifier: Apache-2.0
#include "agent/policy_command.h"

#include <unistd.h>

#include <cstdio>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/parse/line_parser.h"
#include "agent/policy/policy.h"
#include "agent/policy/policy_key.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"
#include "common/event/event_json.h"
#include "common/event/line_layout.h"

namespace dims {
namespace {

std::string JsonOf(const EventBatch& batch) {
  std::string out;
  EventPrinter(batch).AppendJson(0, out);
  return out;
}

std::string TextOf(const EventBatch& batch) {
  return EscapeControls(OriginalLine(batch, 0).value_or("(no text)"));
}

std::string ValueOf(const EventBatch& batch, const EventPrinter& printer, absl::string_view name) {
  std::string out;
  if (batch.Find(name) != nullptr) printer.AppendPlain(name, 0, out);
  return out;
}

// The site's key where it has one: a test makes nothing.
absl::StatusOr<PrivacyKey> KeyForTest(const PolicyTestOptions& options, Random& random) {
  if (::access((options.state_directory + "/policy.key").c_str(), F_OK) == 0) {
    return LoadOrMakePolicyKey(options.state_directory, random);
  }
  PrivacyKey key{};
  for (std::uint8_t& byte : key) byte = static_cast<std::uint8_t>(random.Uint64());
  return key;
}

// Lines before and after a policy, and how many it changed.
class BeforeAndAfter {
 public:
  BeforeAndAfter(const PolicyTestOptions& options, std::shared_ptr<const Policy> policy)
      : options_(options), policy_(std::move(policy)) {}

  void Add(absl::string_view line, const LineContext& context) {
    parser_.Parse(line, context, builder_);
    builder_.Keyword(Field::kTlp, "amber");
    builder_.FinishRow();
    const EventBatch before = builder_.Finish();
    const EventBatch after = policy_ == nullptr ? before : policy_->Apply(before, counts_);
    const bool changed = after.rows() > 0 && JsonOf(before) != JsonOf(after);
    ++lines_;
    if (changed) ++changed_;
    if (lines_ > options_.rows_max) return;
    options_.json ? PrintJson(before, after) : Print(before, after, changed);
  }

  void PrintSummary() const {
    if (options_.json) return;
    std::printf("%llu lines: %llu would not be sent, %llu with something kept back or replaced\n",
                static_cast<unsigned long long>(lines_),
                static_cast<unsigned long long>(counts_.dropped),
                static_cast<unsigned long long>(changed_));
  }

 private:
  void PrintJson(const EventBatch& before, const EventBatch& after) const {
    std::printf("{\"line\":%llu,\"before\":%s,\"after\":%s}\n",
                static_cast<unsigned long long>(lines_), JsonOf(before).c_str(),
                after.rows() == 0 ? "null" : JsonOf(after).c_str());
  }

  void Print(const EventBatch& before, const EventBatch& after, bool changed) const {
    std::printf("line %llu  %s\n", static_cast<unsigned long long>(lines_),
                after.rows() == 0 ? "not sent"
                : changed         ? "changed"
                                  : "as it is");
    std::printf("  before  %s\n", TextOf(before).c_str());
    if (after.rows() > 0) {
      std::printf("  after   %s\n", TextOf(after).c_str());
      PrintDifferences(before, after);
    }
    std::printf("\n");
  }

  static void PrintDifferences(const EventBatch& before, const EventBatch& after) {
    const EventPrinter was(before), is(after);
    std::set<std::string> names(was.names().begin(), was.names().end());
    names.insert(is.names().begin(), is.names().end());
    for (const std::string& name : names) {
      const std::string a = ValueOf(before, was, name), b = ValueOf(after, is, name);
      if (a == b) continue;
      std::printf("  %-24s %s -> %s\n", EscapeControls(name).c_str(), a.empty() ? "-" : a.c_str(),
                  b.empty() ? "-" : b.c_str());
    }
  }

  const PolicyTestOptions& options_;
  const std::shared_ptr<const Policy> policy_;
  LineParser parser_;
  BatchBuilder builder_;
  PolicyCounts counts_;
  std::uint64_t lines_ = 0;
  std::uint64_t changed_ = 0;
};

}  // namespace

absl::Status TestPolicy(const PolicyTestOptions& options, const Clock& clock, Random& random) {
  ConfigReport report;
  ASSIGN_OR_RETURN(const PolicyConfig config, LoadPolicyConfig(options.policy, report));
  if (report.warnings() > 0) std::fputs(report.Text().c_str(), stderr);
  ASSIGN_OR_RETURN(const PrivacyKey key, KeyForTest(options, random));
  ASSIGN_OR_RETURN(const std::unique_ptr<TrialLines> lines, TrialLines::Open(options.lines, clock));
  BeforeAndAfter comparison(options, Policy::Make(config, key));
  for (std::string line; lines->Next(line);) comparison.Add(line, lines->context());
  comparison.PrintSummary();
  return absl::OkStatus();
}

}  // namespace dims

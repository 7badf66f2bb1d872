// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/filter/filter_parser.h"
#include "common/filter/query.h"
#include "common/filter/scanner.h"

namespace dims {

// What stands after a |. Columns that a stats or top makes are known to the pipes behind it.
//
// Thread: one. The scanner must outlive it.
class PipeParser {
 public:
  PipeParser(Scanner& scanner, const KnownFields& known) : scanner_(scanner), known_(known) {}

  // From the pipe's name to the next | or the end.
  absl::StatusOr<Pipe> Parse();

 private:
  absl::StatusOr<Pipe> ParseNamed(std::size_t at, absl::string_view name);
  absl::StatusOr<Pipe> ParseWhere();
  absl::StatusOr<Pipe> ParseColumns(Pipe::Kind kind);
  absl::StatusOr<Pipe> ParseSort();
  absl::StatusOr<Pipe> ParseHead();
  absl::StatusOr<Pipe> ParseTop(Pipe::Kind kind);
  absl::StatusOr<Pipe> ParseStats();
  absl::StatusOr<Pipe> ParseCount();
  absl::StatusOr<Pipe> ParseTimechart();
  absl::Status ParseBy(Pipe& pipe);

  absl::StatusOr<Aggregate> ParseAggregate();
  absl::Status ParseArguments(std::size_t at, Aggregate& aggregate);
  absl::StatusOr<GroupKey> ParseKey();
  absl::Status ParseLabel(std::string& label);
  absl::StatusOr<std::string> ParseColumnName();
  absl::StatusOr<std::vector<std::string>> ParseColumnNames();
  absl::StatusOr<std::uint64_t> ParseCountNumber();
  absl::StatusOr<std::int64_t> ParseSpan();
  bool TakeComma();
  void LearnLabels(const Pipe& pipe);

  Scanner& scanner_;
  KnownFields known_;
};

}  // namespace dims

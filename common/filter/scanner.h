// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dims {

// Walks over a query's text and words its errors. What the parsers of filters and pipes share.
//
// Thread: one. The text must outlive it.
class Scanner {
 public:
  explicit Scanner(absl::string_view text) : text_(text) {}

  std::size_t position() const { return at_; }

  void set_position(std::size_t at) { at_ = at; }

  absl::string_view text() const { return text_; }

  void SkipBlanks();

  bool AtEnd() const { return at_ >= text_.size(); }

  // '\0' at the end.
  char Peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  bool Take(char c);

  // Takes `word` in any case if it stands here and ends here.
  bool TakeKeyword(absl::string_view word);

  // True when `word` stands here, in any case, as a word of its own.
  bool AtKeyword(absl::string_view word) const;

  // What stands here up to a blank, one of "()|\"" or one of `stops`; may be empty.
  absl::string_view PeekWord(absl::string_view stops = "") const;

  // Letters, digits and _ . @ - from here: a name; may be empty.
  absl::string_view TakeName();

  // A "quoted text" whose quote stands here: \" and \\ are a quote and a backslash, any other
  // backslash is itself.
  absl::StatusOr<std::string> TakeQuoted();

  // InvalidArgument: the text around `at`, a caret, `message`.
  absl::Status ErrorAt(std::size_t at, absl::string_view message) const;
  absl::Status Expected(absl::string_view what) const;
  absl::Status NotYetAt(std::size_t at, absl::string_view what) const;

 private:
  std::string Mark(std::size_t at, absl::string_view message) const;

  absl::string_view text_;
  std::size_t at_ = 0;
};

bool IsBlank(char c);

}  // namespace dims

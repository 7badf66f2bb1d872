// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "absl/strings/string_view.h"
#include "agent/fields/clock_text.h"
#include "agent/fields/event_row.h"
#include "agent/formats/byte_signs.h"

namespace dims {

// What a format's parser is given of a line. Views of the line, plain text (UTF-8 without control
// characters but tab). A value.
struct TextInput {
  absl::string_view text;  // behind the syslog header, or the whole line where there is none
  absl::string_view app;   // the header's program tag; devices put "%ASA-6-302013" or "CEF" there
  absl::string_view
      tagged;  // from the tag's first byte to the end; without a header the same as text
  absl::string_view origin;  // path of the file, or the sender's address
};

// What a parser found that concerns the whole row. A value.
struct TextResult {
  bool message = false;  // the row's message is set already, differently from the text
  std::optional<std::int64_t> time_ns;  // a complete time of the event
  std::optional<ClockText> clock;       // a time without a year or a zone
};

// One format of text lines: a name, how its lines are recognised, and what is in them.
struct TextFormat {
  using Recognize = bool (*)(const TextInput& input);
  using Parse = std::optional<TextResult> (*)(const TextInput& input, EventRow& row);

  absl::string_view name;  // in configuration ("format"), in event.dataset and in docs/formats.md
  Recognize recognize;     // exact and cheap: it is asked of every line that nothing else knows
  Parse parse;             // none: not this format's, and nothing was written to the row
  ByteSigns signs = 0;     // bytes that every one of its lines has: others are not shown to it
};

// All formats, in the order they are asked. Thread: any.
std::span<const TextFormat> TextFormats();

// Null when no format has this name. Thread: any.
const TextFormat* FindTextFormat(absl::string_view name);

// The first format that recognises the line; null: none. Thread: any.
const TextFormat* RecognizeText(const TextInput& input);

}  // namespace dims

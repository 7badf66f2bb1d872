// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"
#include "agent/fields/event_row.h"
#include "agent/fields/text_cursor.h"

namespace dims {

// A quoted string at the cursor, without its quotes; a backslash keeps the quote after it. Without
// a closing quote the rest. False: there is no quote, and nothing was taken. Thread: any.
bool TakeQuoted(TextCursor& cursor, absl::string_view* value);

// "GET /path?query HTTP/1.1": method, URL and version. What is no request is left alone.
void SetRequestLine(absl::string_view request, EventRow& row);

// url.original and its parts: domain of an absolute URL, path, query.
void SetUrl(absl::string_view url, EventRow& row);

// "-" and "" say nothing.
inline bool Says(absl::string_view value) {
  return !value.empty() && value != "-";
}

}  // namespace dims

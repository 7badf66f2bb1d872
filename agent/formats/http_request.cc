// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/http_request.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace dims {
namespace {

constexpr std::size_t kMethodBytesMax = 32;

bool IsMethod(absl::string_view word) {
  return !word.empty() && word.size() <= kMethodBytesMax &&
         std::all_of(word.begin(), word.end(),
                     [](char c) { return IsAsciiLetter(c) || c == '-' || c == '_'; });
}

// "user@host.example:8080" to "host.example".
absl::string_view HostOfAuthority(absl::string_view authority) {
  const std::size_t at = authority.rfind('@');
  if (at != authority.npos) authority.remove_prefix(at + 1);
  if (!authority.empty() && authority.front() == '[') {
    return authority.substr(1, authority.find(']') - 1);
  }
  return authority.substr(0, authority.find(':'));
}

}  // namespace

bool TakeQuoted(TextCursor& cursor, absl::string_view* value) {
  if (!cursor.Consume('"')) return false;
  const absl::string_view text = cursor.rest();
  std::size_t end = 0;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2u : 1u;
  end = std::min(end, text.size());
  *value = text.substr(0, end);
  cursor.Skip(end + 1);
  return true;
}

void SetUrl(absl::string_view url, EventRow& row) {
  if (!Says(url)) return;
  row.Text(Field::kUrlOriginal, url);
  absl::string_view path = url;
  const std::size_t scheme = url.substr(0, url.find_first_of("/?#")).size();
  if (absl::StartsWith(url.substr(scheme), "//") && scheme > 0 && url[scheme - 1] == ':') {
    const std::size_t begin = scheme + 2;
    const std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
    const absl::string_view host = HostOfAuthority(url.substr(begin, end - begin));
    if (!row.Has(Field::kUrlDomain)) row.Keyword(Field::kUrlDomain, host);
    path = url.substr(end);
  }
  path = path.substr(0, path.find('#'));
  const std::size_t query = FindByte(path, '?');
  row.Keyword(Field::kUrlPath, path.substr(0, query));
  if (query != path.npos) row.Keyword(Field::kUrlQuery, path.substr(query + 1));
}

void SetRequestLine(absl::string_view request, EventRow& row) {
  TextCursor cursor(request);
  const absl::string_view method = cursor.TakeWord();
  if (!IsMethod(method) || !cursor.Consume(' ')) return;
  absl::string_view url = cursor.rest();
  const std::size_t version = url.rfind(" HTTP/");
  if (version != url.npos) {
    row.Keyword(Field::kHttpVersion, url.substr(version + 6));
    url = url.substr(0, version);
  }
  if (url.empty()) return;
  row.Keyword(Field::kHttpRequestMethod, method);
  SetUrl(absl::StripAsciiWhitespace(url), row);
}

}  // namespace dims

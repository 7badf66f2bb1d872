// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace dims {

// How log rotation names files: "auth.log" becomes "auth.log.1", "auth.log-20261121",
// "auth.log.old".

// True when `name` is `base` plus what a rotation appends. Both without directory.
bool IsRotationOf(absl::string_view name, absl::string_view base);

// True when `name` is `base` with a date or time of six digits or more before its ending, as Zeek
// and others name what they archive: "conn.10:00:00-11:00:00.log" of "conn.log".
bool IsArchiveOf(absl::string_view name, absl::string_view base);

// True for names of directories by date: "2026-11-21", "202611".
bool IsDateName(absl::string_view name);

// "auth.log" for "auth.log.1"; `name` itself when nothing was appended.
absl::string_view RotationStem(absl::string_view name);

// True for the endings of compressed files.
bool IsCompressedName(absl::string_view name);

// `name` without the ending ".gz", if it has one.
absl::string_view WithoutGzip(absl::string_view name);

// The name of the log of which `path` is a rotation, compressed or not: "auth.log" for
// "/var/log/auth.log.2.gz".
std::string LogNameOf(absl::string_view path);

// Directory and last part of a path; the directory of a bare name is ".".
std::pair<std::string, std::string> SplitPath(absl::string_view path);

}  // namespace dims

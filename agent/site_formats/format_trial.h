// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/site_formats/site_format.h"
#include "agent/site_formats/site_format_text.h"

namespace dims {

// Reads the lines of the tests as an input with this format would, and complains of everything that
// is not as expected; warns of patterns that no test reaches.
void RunFormatTests(const SiteFormat& format, const SiteFormatText& text, ShownLines& shown);

}  // namespace dims

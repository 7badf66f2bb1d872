// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace dims {

// Takes the program's code and its libraries' out of this process's resident memory. Code is read
// from its files again, page by page, as it runs on: what a start or a burst needed and a quiet
// agent does not stays with the kernel's cache, which may drop it. Nothing is lost: such pages are
// never written. Thread: any.
void LetGoOfCode();

}  // namespace dims

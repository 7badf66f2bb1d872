// SPDX-License-Identifier: Apache-2.0
#include "common/base/log.h"

#include "gtest/gtest.h"

namespace dims {
namespace {

TEST(EscapeControlsTest, LeavesOrdinaryTextAndUtf8Alone) {
  EXPECT_EQ(EscapeControls("Zürich 日本 ok"), "Zürich 日本 ok");
}

TEST(EscapeControlsTest, ShowsTerminalEscapesAsText) {
  EXPECT_EQ(EscapeControls("\x1b[31mred\x07\x7f"), "\\x1b[31mred\\x07\\x7f");
}

TEST(EscapeControlsTest, ShowsC1AndBidirectionalControlsAsText) {
  EXPECT_EQ(EscapeControls("a\xc2\x9b"
                           "b\xe2\x80\xae"
                           "c"),
            "a\\xc2\\x9bb\\xe2\\x80\\xaec");
}

}  // namespace
}  // namespace dims

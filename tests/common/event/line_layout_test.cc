// SPDX-License-Identifier: Apache-2.0
#include "common/event/line_layout.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace dims {
namespace {

constexpr std::int64_t kTime = 1'767'322'985'123'456'789;  // 2026-01-02T03:03:05.123456789Z

LineParts Parts() {
  LineParts parts;
  parts.time_ns = kTime;
  parts.pri = 38;
  parts.pid = 42;
  parts.host = "gate";
  parts.app = "sshd";
  parts.message = "hello";
  return parts;
}

std::string Rendered(absl::string_view layout) {
  std::string line;
  return RenderLine(layout, Parts(), &line) ? line : "refused";
}

TEST(LineLayoutTest, RendersTheTraditionalHeaderInTheZoneItWasReadIn) {
  EXPECT_EQ(Rendered("{bsd+0} {host} {app}[{pid}]: {message}"),
            "Jan  2 03:03:05 gate sshd[42]: hello");
  EXPECT_EQ(Rendered("<{pri}>{bsd0-18000} {host} {app}: {message}{cr}"),
            "<38>Jan 01 22:03:05 gate sshd: hello\r");
}

TEST(LineLayoutTest, RendersIsoTimesWithTheirOwnDigitsAndZone) {
  EXPECT_EQ(Rendered("{iso6T.c+3600}"), "2026-01-02T04:03:05.123456+01:00");
  EXPECT_EQ(Rendered("{iso3_,n+0}"), "2026-01-02 03:03:05,123");
  EXPECT_EQ(Rendered("{iso0T.Z+0}"), "2026-01-02T03:03:05Z");
  EXPECT_EQ(Rendered("{iso9T.b-19800}"), "2026-01-01T21:33:05.123456789-0530");
}

TEST(LineLayoutTest, KeepsLiteralBraces) {
  EXPECT_EQ(Rendered("{{{message}}"), "{hello}");
}

TEST(LineLayoutTest, RefusesWhatItDoesNotKnow) {
  for (const char* layout :
       {"{color}", "{message", "{bsd}", "{bsd+99999999}", "{iso6}", "{isoxT.Z+0}", "{iso6T.q+0}"}) {
    EXPECT_EQ(Rendered(layout), "refused") << layout;
  }
  LineParts no_pid = Parts();
  no_pid.pid.reset();
  std::string line;
  EXPECT_FALSE(RenderLine("{pid}", no_pid, &line));
}

}  // namespace
}  // namespace dims

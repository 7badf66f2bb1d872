// SPDX-License-Identifier: Apache-2.0
#include "agent/status/resource_usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace dims {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

ResourceUsage ReadResourceUsage() {
  ResourceUsage out;
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) {
    out.cpu_seconds = Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
  }
  std::uint64_t total_pages = 0;
  std::uint64_t resident_pages = 0;
  std::ifstream sizes("/proc/self/statm");
  if (sizes >> total_pages >> resident_pages) {
    out.resident_bytes = resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  }
  std::error_code error;
  const std::filesystem::directory_iterator open("/proc/self/fd", error);
  if (!error) out.open_files = static_cast<std::uint64_t>(std::distance(begin(open), end(open)));
  return out;
}

}  // namespace dims

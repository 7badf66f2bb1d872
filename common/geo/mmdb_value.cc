// SPDX-License-Identifier: Apache-2.0
#include "common/geo/mmdb_value.h"

#include <bit>
#include <charconv>
#include <string>

#include "common/base/status_macros.h"

namespace dims {
namespace {

enum Type : unsigned {
  kPointer = 1,
  kString = 2,
  kDouble = 3,
  kBytes = 4,
  kUint16 = 5,
  kUint32 = 6,
  kMap = 7,
  kInt32 = 8,
  kUint64 = 9,
  kUint128 = 10,
  kArray = 11,
  kBoolean = 14,
  kFloat = 15,
};

absl::Status Damaged(const char* what) {
  return absl::DataLossError(what);
}

// One visit of a value. Where it stands is `at_`; a pointer is followed and come back from.
class Visitor {
 public:
  using Visit = absl::FunctionRef<void(absl::string_view, const MmdbLeaf&)>;

  Visitor(std::span<const std::uint8_t> section, std::size_t offset, Visit visit)
      : section_(section), at_(offset), visit_(visit) {}

  absl::Status Value(int depth) {
    if (depth > kMmdbDepthMax) return Damaged("values nested too deep");
    if (++values_ > kMmdbValuesMax) return Damaged("a value without end");
    Head head;
    RETURN_IF_ERROR(ReadHead(head));
    if (head.type != kPointer) return Body(head, depth);
    const std::size_t back = at_;
    at_ = head.size;
    RETURN_IF_ERROR(ReadHead(head));
    if (head.type == kPointer) return Damaged("a pointer to a pointer");
    RETURN_IF_ERROR(Body(head, depth));
    at_ = back;
    return absl::OkStatus();
  }

 private:
  struct Head {
    unsigned type = 0;
    std::size_t size = 0;  // of a pointer: where it leads
  };

  // The next `count` bytes as a number, the first one highest.
  absl::Status ReadNumber(std::size_t count, std::uint64_t& out) {
    if (at_ > section_.size() || count > section_.size() - at_) {
      return Damaged("a value goes beyond the end of the file");
    }
    out = 0;
    for (std::size_t n = 0; n < count; ++n) out = out << 8 | section_[at_++];
    return absl::OkStatus();
  }

  absl::Status ReadHead(Head& head) {
    std::uint64_t control = 0, more = 0;
    RETURN_IF_ERROR(ReadNumber(1, control));
    head.type = static_cast<unsigned>(control >> 5);
    if (head.type == kPointer) return ReadPointer(control, head);
    if (head.type == 0) {
      RETURN_IF_ERROR(ReadNumber(1, more));
      head.type = static_cast<unsigned>(more + 7);
    }
    head.size = control & 31;
    constexpr std::size_t kBases[] = {29, 285, 65821};
    if (head.size < 29) return absl::OkStatus();
    const std::size_t bytes = head.size - 28;
    RETURN_IF_ERROR(ReadNumber(bytes, more));
    head.size = kBases[bytes - 1] + static_cast<std::size_t>(more);
    return absl::OkStatus();
  }

  absl::Status ReadPointer(std::uint64_t control, Head& head) {
    constexpr std::uint64_t kBases[] = {0, 2048, 526336, 0};
    const std::size_t bytes = (control >> 3 & 3) + 1;
    std::uint64_t low = 0;
    RETURN_IF_ERROR(ReadNumber(bytes, low));
    const std::uint64_t high = bytes == 4 ? 0 : (control & 7) << (8 * bytes);
    head.size = static_cast<std::size_t>(kBases[bytes - 1] + (high | low));
    return absl::OkStatus();
  }

  absl::Status Body(const Head& head, int depth) {
    switch (head.type) {
      case kMap:
        return Members(head.size, depth);
      case kArray:
        return Elements(head.size, depth);
      case kString: {
        absl::string_view text;
        RETURN_IF_ERROR(ReadText(head.size, text));
        return Leaf({MmdbLeaf::Kind::kText, text});
      }
      case kDouble:
      case kFloat:
        return Real(head);
      case kUint16:
      case kUint32:
      case kUint64: {
        std::uint64_t number = 0;
        if (head.size > 8) return Damaged("a number of more than 8 bytes");
        RETURN_IF_ERROR(ReadNumber(head.size, number));
        return Leaf({MmdbLeaf::Kind::kUnsigned, {}, number});
      }
      case kBoolean:  // the size is the value
        return absl::OkStatus();
      case kBytes:
      case kInt32:
      case kUint128:
        return Skip(head.size);
      default:
        return Damaged("a value of no known type");
    }
  }

  absl::Status Real(const Head& head) {
    const std::size_t bytes = head.type == kDouble ? 8 : 4;
    if (head.size != bytes) return Damaged("a real number of the wrong size");
    std::uint64_t bits = 0;
    RETURN_IF_ERROR(ReadNumber(bytes, bits));
    const double real = bytes == 8 ? std::bit_cast<double>(bits)
                                   : std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    return Leaf({MmdbLeaf::Kind::kReal, {}, 0, real});
  }

  absl::Status ReadText(std::size_t size, absl::string_view& out) {
    const std::size_t begin = at_;
    RETURN_IF_ERROR(Skip(size));
    out = absl::string_view(reinterpret_cast<const char*>(section_.data()) + begin, size);
    return absl::OkStatus();
  }

  absl::Status Skip(std::size_t size) {
    if (at_ > section_.size() || size > section_.size() - at_) {
      return Damaged("a value goes beyond the end of the file");
    }
    at_ += size;
    return absl::OkStatus();
  }

  absl::Status Members(std::size_t count, int depth) {
    for (std::size_t n = 0; n < count; ++n) {
      absl::string_view key;
      RETURN_IF_ERROR(ReadKey(key));
      RETURN_IF_ERROR(Below(key, depth));
    }
    return absl::OkStatus();
  }

  absl::Status ReadKey(absl::string_view& key) {
    if (++values_ > kMmdbValuesMax) return Damaged("a value without end");
    Head head;
    RETURN_IF_ERROR(ReadHead(head));
    const bool pointed = head.type == kPointer;
    const std::size_t back = at_;
    if (pointed) {
      at_ = head.size;
      RETURN_IF_ERROR(ReadHead(head));
    }
    if (head.type != kString) return Damaged("a key that is no text");
    RETURN_IF_ERROR(ReadText(head.size, key));
    if (pointed) at_ = back;
    return absl::OkStatus();
  }

  absl::Status Elements(std::size_t count, int depth) {
    for (std::size_t n = 0; n < count; ++n) {
      char digits[24];
      const char* const end = std::to_chars(digits, digits + sizeof digits, n).ptr;
      RETURN_IF_ERROR(
          Below(absl::string_view(digits, static_cast<std::size_t>(end - digits)), depth));
    }
    return absl::OkStatus();
  }

  absl::Status Below(absl::string_view name, int depth) {
    const std::size_t size = path_.size();
    const bool too_long = too_long_;
    too_long_ = too_long_ || size + 1 + name.size() > kMmdbPathBytesMax;
    if (!too_long_) {
      if (size > 0) path_.push_back('.');
      path_.append(name.data(), name.size());
    }
    RETURN_IF_ERROR(Value(depth + 1));
    path_.resize(size);
    too_long_ = too_long;
    return absl::OkStatus();
  }

  absl::Status Leaf(const MmdbLeaf& leaf) {
    if (!too_long_) visit_(path_, leaf);
    return absl::OkStatus();
  }

  const std::span<const std::uint8_t> section_;
  std::size_t at_;
  const Visit visit_;
  int values_ = 0;
  bool too_long_ = false;
  std::string path_;
};

}  // namespace

absl::Status VisitMmdbValue(std::span<const std::uint8_t> section, std::size_t offset,
                            absl::FunctionRef<void(absl::string_view, const MmdbLeaf&)> visit) {
  return Visitor(section, offset, visit).Value(0);
}

}  // namespace dims

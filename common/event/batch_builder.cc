// SPDX-License-Identifier: Apache-2.0
#include "common/event/batch_builder.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/base/check.h"
#include "common/base/serial_number.h"
#include "common/event/column_builder.h"
#include "common/event/same_bytes.h"
#include "common/event/short_hash.h"

namespace dims {
namespace {

constexpr std::size_t kFieldsCount = static_cast<std::size_t>(Field::kCount);
// Core fields always find room.
constexpr std::size_t kNamedColumnsMax = kBatchColumnsMax - kFieldsCount;
constexpr std::size_t kRecentNamesCount = 512;
constexpr std::size_t kFullBytes = 1u << 20;
// Strings of one row; what goes beyond is cut. Keeps a batch of one monstrous row within the limits
// of the decoder.
constexpr std::size_t kRowBytesMax = 2u << 20;
constexpr absl::string_view kCutTag = "value_cut";

// At most `bytes_max` bytes of `value`, not ending inside a UTF-8 sequence.
absl::string_view CutAt(absl::string_view value, std::size_t bytes_max) {
  if (value.size() <= bytes_max) return value;
  std::size_t end = bytes_max;
  for (int back = 0; back < 3 && end > 0; ++back) {
    if ((static_cast<unsigned char>(value[end]) & 0xc0) != 0x80) break;
    --end;
  }
  return value.substr(0, end);
}

}  // namespace

// The columns under construction; core fields are found by number, the others by name.
class BatchBuilder::Columns {
 public:
  // A column and whether it takes part in the batch at hand.
  struct Entry {
    explicit Entry(absl::string_view name, ColumnType type) : builder(name, type) {}

    ColumnBuilder builder;
    bool active = false;
    bool named = false;
  };

  Columns() { core_.fill(nullptr); }

  Entry& Core(Field field, ColumnType type) {
    Entry*& entry = core_[static_cast<std::size_t>(field)];
    if (entry == nullptr) {
      const FieldDefinition& definition = DefinitionOf(field);
      DIMS_CHECK(definition.type == type);
      entry = Own(definition.name, type);
    }
    DIMS_CHECK(entry->builder.type() == type);
    return *entry;
  }

  // An integer or a time.
  Entry& CoreInteger(Field field) {
    if (Entry* entry = core_[static_cast<std::size_t>(field)]) return *entry;
    const bool time = DefinitionOf(field).type == ColumnType::kTime;
    return Core(field, time ? ColumnType::kTime : ColumnType::kInteger);
  }

  // Null: no room.
  Entry* Named(absl::string_view name, ColumnType type) {
    // Lines of one kind name the same columns again and again: most are found without a real hash.
    Entry*& recent = recent_[(ShortHash(name) + static_cast<std::size_t>(type)) % recent_.size()];
    if (recent == nullptr || recent->builder.type() != type ||
        !SameBytes(recent->builder.name(), name)) {
      Entry* entry = Find(name, type);
      if (entry == nullptr || !entry->named) return entry;
      recent = entry;
    }
    return recent->active || named_active_ < kNamedColumnsMax ? recent : nullptr;
  }

  // `entry`, when it is of `type` and there is room; else null.
  Entry* Remembered(void* known, std::uint64_t stamp, ColumnType type) const {
    Entry* entry = static_cast<Entry*>(known);
    if (stamp != stamp_ || entry->builder.type() != type) return nullptr;
    return entry->active || !entry->named || named_active_ < kNamedColumnsMax ? entry : nullptr;
  }

  // Of the names known now; no two builders have the same.
  std::uint64_t stamp() const { return stamp_; }

  // The same without a memory.
  Entry* Find(absl::string_view name, ColumnType type) {
    auto& by_name = named_[static_cast<std::size_t>(type)];
    const auto found = by_name.find(name);
    Entry* entry = found != by_name.end() ? found->second : nullptr;
    if (entry == nullptr) {
      const FieldDefinition* core = FindCoreField(name);
      if (core != nullptr && core->type == type) {
        return &Core(static_cast<Field>(core - CoreFields().data()), type);
      }
      if (name.empty() || name.size() > kColumnNameBytesMax) return nullptr;
      if (named_active_ >= kNamedColumnsMax) return nullptr;
      entry = Own(name, type);
      entry->named = true;
      by_name.emplace(std::string(name), entry);
    }
    return entry->active || named_active_ < kNamedColumnsMax ? entry : nullptr;
  }

  bool Has(Field field) const {
    const Entry* entry = core_[static_cast<std::size_t>(field)];
    return entry != nullptr && entry->builder.Has(rows);
  }

  // To be called before each value of a scalar; counts out the one it replaces.
  void Touch(Entry& entry) {
    if (!entry.active) [[unlikely]]
      Activate(entry);
    if (entry.builder.Has(rows)) [[unlikely]]
      row_bytes -= entry.builder.ValueBytes(rows);
  }

  // `value` as far as it may go into this row.
  absl::string_view Fit(absl::string_view value) {
    if (value.size() <= kValueBytesMax && row_bytes + value.size() <= kRowBytesMax) [[likely]] {
      return value;
    }
    const std::size_t left = kRowBytesMax - std::min(kRowBytesMax, row_bytes);
    const absl::string_view fitting = CutAt(value, std::min(kValueBytesMax, left));
    if (fitting.size() != value.size()) cut_ = true;
    return fitting;
  }

  void SetBytes(Entry& entry, absl::string_view value) {
    Touch(entry);
    const absl::string_view fitting = Fit(value);
    entry.builder.SetBytes(rows, fitting);
    row_bytes += fitting.size();
  }

  void SetInteger(Entry& entry, std::int64_t value) {
    Touch(entry);
    entry.builder.SetInteger(rows, value);
    row_bytes += sizeof(value);
  }

  void SetDouble(Entry& entry, double value) {
    Touch(entry);
    entry.builder.SetDouble(rows, value);
    row_bytes += sizeof(value);
  }

  void SetBool(Entry& entry, bool value) {
    Touch(entry);
    entry.builder.SetBool(rows, value);
    row_bytes += 1;
  }

  void SetIp(Entry& entry, const IpAddress& value) {
    Touch(entry);
    entry.builder.SetIp(rows, value);
    row_bytes += sizeof(value);
  }

  void AddBytes(Entry& entry, absl::string_view value) { AddFitting(entry, Fit(value)); }

  void AddFitting(Entry& entry, absl::string_view value) {
    if (!entry.active) [[unlikely]]
      Activate(entry);
    if (entry.builder.AddBytes(rows, value)) row_bytes += value.size();
  }

  void AddIp(Entry& entry, const IpAddress& value) {
    if (!entry.active) [[unlikely]]
      Activate(entry);
    if (entry.builder.AddIp(rows, value)) row_bytes += sizeof(value);
  }

  void FinishRow() {
    DIMS_CHECK(rows < kBatchRowsMax);
    if (cut_) {
      cut_ = false;
      AddFitting(Core(Field::kTags, ColumnType::kKeywordList), kCutTag);
    }
    ++rows;
    logical_bytes += row_bytes;
    row_bytes = 0;
    active_at_row_start_ = active_.size();
  }

  void AbandonRow() {
    for (Entry* entry : active_) {
      if (entry->builder.Has(rows)) entry->builder.Forget(rows);
    }
    row_bytes = 0;
    cut_ = false;
    while (active_.size() > active_at_row_start_) {
      active_.back()->active = false;
      if (active_.back()->named) --named_active_;
      active_.pop_back();
    }
  }

  EventBatch Finish() {
    AbandonRow();
    std::vector<Column> columns;
    columns.reserve(active_.size());
    for (Entry* entry : active_) {
      columns.push_back(entry->builder.Take(rows));
      entry->active = false;
    }
    EventBatch batch(rows, std::move(columns));
    active_.clear();
    active_at_row_start_ = named_active_ = 0;
    rows = 0;
    logical_bytes = 0;
    ForgetNames();
    return batch;
  }

  std::uint32_t rows = 0;
  std::size_t logical_bytes = 0;
  std::size_t row_bytes = 0;  // of the current row

 private:
  void Activate(Entry& entry) {
    entry.active = true;
    active_.push_back(&entry);
    if (entry.named) ++named_active_;
  }

  Entry* Own(absl::string_view name, ColumnType type) {
    entries_.push_back(std::make_unique<Entry>(name, type));
    return entries_.back().get();
  }

  // Names come from log lines: those remembered from batch to batch are bounded.
  void ForgetNames() {
    if (entries_.size() <= kFieldsCount + 2 * kNamedColumnsMax) return;
    for (auto& by_name : named_) by_name.clear();
    recent_.fill(nullptr);
    stamp_ = NextSerialNumber();
    std::erase_if(entries_, [](const std::unique_ptr<Entry>& entry) { return entry->named; });
  }

  std::uint64_t stamp_ = NextSerialNumber();
  std::vector<std::unique_ptr<Entry>> entries_;
  std::array<Entry*, kFieldsCount> core_;
  std::array<absl::flat_hash_map<std::string, Entry*>, 10> named_;  // by column type
  std::array<Entry*, kRecentNamesCount> recent_{};
  std::vector<Entry*> active_;  // in the order of first use: the order of the batch's columns
  std::size_t active_at_row_start_ = 0;
  std::size_t named_active_ = 0;
  bool cut_ = false;
};

BatchBuilder::BatchBuilder() : columns_(std::make_unique<Columns>()) {}

BatchBuilder::~BatchBuilder() = default;

void BatchBuilder::Keyword(Field field, absl::string_view value) {
  columns_->SetBytes(columns_->Core(field, ColumnType::kKeyword), value);
}

void BatchBuilder::Text(Field field, absl::string_view value) {
  columns_->SetBytes(columns_->Core(field, ColumnType::kText), value);
}

void BatchBuilder::Ip(Field field, const IpAddress& value) {
  columns_->SetIp(columns_->Core(field, ColumnType::kIp), value);
}

void BatchBuilder::Integer(Field field, std::int64_t value) {
  columns_->SetInteger(columns_->CoreInteger(field), value);
}

void BatchBuilder::Bool(Field field, bool value) {
  columns_->SetBool(columns_->Core(field, ColumnType::kBool), value);
}

void BatchBuilder::AddKeyword(Field field, absl::string_view value) {
  columns_->AddBytes(columns_->Core(field, ColumnType::kKeywordList), value);
}

void BatchBuilder::AddIp(Field field, const IpAddress& value) {
  columns_->AddIp(columns_->Core(field, ColumnType::kIpList), value);
}

template <typename Set>
bool BatchBuilder::SetNamed(absl::string_view name, ColumnType type, ColumnMemo& memo,
                            const Set& set) {
  Columns::Entry* entry = columns_->Remembered(memo.entry_, memo.stamp_, type);
  if (entry == nullptr) [[unlikely]] {
    entry = columns_->Named(name, type);
    if (entry == nullptr) return false;
    memo.entry_ = entry;
    memo.stamp_ = columns_->stamp();
  }
  set(*entry);
  return true;
}

bool BatchBuilder::NamedKeyword(absl::string_view name, absl::string_view value, ColumnMemo& memo) {
  return SetNamed(name, ColumnType::kKeyword, memo,
                  [&](Columns::Entry& entry) { columns_->SetBytes(entry, value); });
}

bool BatchBuilder::NamedKeyword(absl::string_view name, absl::string_view value) {
  ColumnMemo memo;
  return NamedKeyword(name, value, memo);
}

bool BatchBuilder::NamedText(absl::string_view name, absl::string_view value, ColumnMemo& memo) {
  return SetNamed(name, ColumnType::kText, memo,
                  [&](Columns::Entry& entry) { columns_->SetBytes(entry, value); });
}

bool BatchBuilder::NamedText(absl::string_view name, absl::string_view value) {
  ColumnMemo memo;
  return NamedText(name, value, memo);
}

bool BatchBuilder::NamedInteger(absl::string_view name, std::int64_t value, ColumnMemo& memo) {
  return SetNamed(name, ColumnType::kInteger, memo,
                  [&](Columns::Entry& entry) { columns_->SetInteger(entry, value); });
}

bool BatchBuilder::NamedInteger(absl::string_view name, std::int64_t value) {
  ColumnMemo memo;
  return NamedInteger(name, value, memo);
}

bool BatchBuilder::NamedDouble(absl::string_view name, double value, ColumnMemo& memo) {
  return SetNamed(name, ColumnType::kDouble, memo,
                  [&](Columns::Entry& entry) { columns_->SetDouble(entry, value); });
}

bool BatchBuilder::NamedDouble(absl::string_view name, double value) {
  ColumnMemo memo;
  return NamedDouble(name, value, memo);
}

bool BatchBuilder::NamedBool(absl::string_view name, bool value, ColumnMemo& memo) {
  return SetNamed(name, ColumnType::kBool, memo,
                  [&](Columns::Entry& entry) { columns_->SetBool(entry, value); });
}

bool BatchBuilder::NamedBool(absl::string_view name, bool value) {
  ColumnMemo memo;
  return NamedBool(name, value, memo);
}

bool BatchBuilder::NamedAddKeyword(absl::string_view name, absl::string_view value,
                                   ColumnMemo& memo) {
  return SetNamed(name, ColumnType::kKeywordList, memo,
                  [&](Columns::Entry& entry) { columns_->AddBytes(entry, value); });
}

bool BatchBuilder::NamedAddKeyword(absl::string_view name, absl::string_view value) {
  ColumnMemo memo;
  return NamedAddKeyword(name, value, memo);
}

bool BatchBuilder::NamedIp(absl::string_view name, const IpAddress& value) {
  Columns::Entry* entry = columns_->Named(name, ColumnType::kIp);
  if (entry == nullptr) return false;
  columns_->SetIp(*entry, value);
  return true;
}

bool BatchBuilder::Has(Field field) const {
  return columns_->Has(field);
}

void BatchBuilder::FinishRow() {
  columns_->FinishRow();
}

void BatchBuilder::AbandonRow() {
  columns_->AbandonRow();
}

std::uint32_t BatchBuilder::rows() const {
  return columns_->rows;
}

std::size_t BatchBuilder::logical_bytes() const {
  return columns_->logical_bytes;
}

bool BatchBuilder::full() const {
  return columns_->rows >= kBatchRowsMax || columns_->logical_bytes >= kFullBytes;
}

EventBatch BatchBuilder::Finish() {
  return columns_->Finish();
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "common/geo/geo_columns.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "common/event/fields.h"

namespace dims {
namespace {

// One name of a record and the field it goes to.
struct NameMember {
  std::string GeoRecord::*member;
  Field field[2];  // of source, of destination
};

constexpr NameMember kNames[] = {
    {&GeoRecord::country_iso_code, {Field::kSourceCountry, Field::kDestinationCountry}},
    {&GeoRecord::country_name, {Field::kSourceCountryName, Field::kDestinationCountryName}},
    {&GeoRecord::city_name, {Field::kSourceCity, Field::kDestinationCity}},
    {&GeoRecord::region_name, {Field::kSourceRegion, Field::kDestinationRegion}},
    {&GeoRecord::continent_name, {Field::kSourceContinent, Field::kDestinationContinent}},
    {&GeoRecord::as_organization_name,
     {Field::kSourceAsOrganization, Field::kDestinationAsOrganization}},
};

struct DegreesMember {
  std::optional<double> GeoRecord::*member;
  Field field[2];
};

constexpr DegreesMember kDegrees[] = {
    {&GeoRecord::latitude, {Field::kSourceLatitude, Field::kDestinationLatitude}},
    {&GeoRecord::longitude, {Field::kSourceLongitude, Field::kDestinationLongitude}},
};

constexpr Field kAsNumbers[] = {Field::kSourceAsNumber, Field::kDestinationAsNumber};
constexpr Field kEnds[] = {Field::kSourceIp, Field::kDestinationIp};

// What is known about one end of the events, by code of its addresses.
class End {
 public:
  End(const GeoView& view, const EventBatch& batch, int side)
      : batch_(batch), side_(side), ends_(batch.Find(NameOf(kEnds[side]), ColumnType::kIp)) {
    if (ends_ == nullptr) return;
    records_.resize(ends_->addresses().size());
    for (std::size_t code = 0; code < records_.size(); ++code) {
      const IpAddress& address = ends_->addresses()[code];
      if (!IsPublicAddress(address)) continue;
      for (const auto& database : view) database->Look(address, records_[code]);
      any_ = any_ || records_[code] != GeoRecord();
    }
  }

  void Append(std::vector<Column>& out) const {
    if (!any_) return;
    for (const NameMember& name : kNames) AppendNames(name, out);
    for (const DegreesMember& degrees : kDegrees) {
      AppendNumbers(
          degrees.field[side_], [&](const GeoRecord& record) { return record.*degrees.member; },
          &ColumnParts::doubles, out);
    }
    AppendNumbers(
        kAsNumbers[side_], [](const GeoRecord& record) { return record.as_number; },
        &ColumnParts::integers, out);
  }

 private:
  // The column as the batch has it, or an empty one. The rows that have no value yet and an address
  // are for `set`, which says whether it set the row.
  template <typename Set>
  void Fill(Field field, std::vector<Column>& out, Set&& set) const {
    const FieldDefinition& definition = DefinitionOf(field);
    const Column* const own = batch_.Find(definition.name, definition.type);
    ColumnParts parts;
    RowBitmap presence(batch_.rows());
    if (own != nullptr) {
      if (own->all_present()) return;
      parts = own->parts();
      presence = *parts.presence;
    } else {
      parts.name = std::string(definition.name);
      parts.type = definition.type;
      parts.rows = batch_.rows();
    }
    bool any = false;
    for (std::uint32_t row = 0; row < batch_.rows(); ++row) {
      if ((own != nullptr && own->Has(row)) || !ends_->Has(row)) continue;
      if (!set(parts, row, ends_->codes()[row])) continue;
      presence.Set(row);
      any = true;
    }
    if (!any) return;
    parts.presence.reset();
    if (!presence.All()) parts.presence = std::move(presence);
    out.emplace_back(std::move(parts));
  }

  void AppendNames(const NameMember& name, std::vector<Column>& out) const {
    std::vector<std::uint32_t> given(records_.size(), 0);  // the column's code + 1
    absl::flat_hash_map<std::string, std::uint32_t> codes;
    bool started = false;
    Fill(name.field[side_], out, [&](ColumnParts& parts, std::uint32_t row, std::uint32_t code) {
      const std::string& value = records_[code].*name.member;
      if (value.empty()) return false;
      if (!std::exchange(started, true)) {
        parts.codes.resize(batch_.rows(), 0);
        for (std::uint32_t known = 0; known < parts.strings.size(); ++known) {
          codes.emplace(std::string(parts.strings[known]), known);
        }
      }
      if (given[code] == 0) given[code] = CodeOf(value, codes, parts.strings) + 1;
      if (given[code] == kNoRoom + 1) return false;
      parts.codes[row] = given[code] - 1;
      return true;
    });
  }

  static constexpr std::uint32_t kNoRoom = 0xffff'fffe;

  static std::uint32_t CodeOf(const std::string& value,
                              absl::flat_hash_map<std::string, std::uint32_t>& codes,
                              StringPool& strings) {
    const auto found = codes.find(value);
    if (found != codes.end()) return found->second;
    if (strings.bytes().size() + value.size() > kGeoColumnTextMax) return kNoRoom;
    codes.emplace(value, strings.size());
    return strings.Add(value);
  }

  template <typename Member, typename Value>
  void AppendNumbers(Field field, Member&& member, std::vector<Value> ColumnParts::*values,
                     std::vector<Column>& out) const {
    Fill(field, out, [&](ColumnParts& parts, std::uint32_t row, std::uint32_t code) {
      const auto value = member(records_[code]);
      if (!value) return false;
      (parts.*values).resize(batch_.rows());
      (parts.*values)[row] = *value;
      return true;
    });
  }

  const EventBatch& batch_;
  const int side_;
  const Column* const ends_;
  std::vector<GeoRecord> records_;
  bool any_ = false;
};

}  // namespace

void AppendGeoColumns(const GeoView& view, const EventBatch& batch, std::vector<Column>& out) {
  if (view.empty()) return;
  for (const int side : {0, 1}) End(view, batch, side).Append(out);
}

}  // namespace dims

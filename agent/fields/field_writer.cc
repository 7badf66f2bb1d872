// SPDX-License-Identifier: Apache-2.0
#include "agent/fields/field_writer.h"

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/fields/field_alias.h"
#include "agent/fields/text_repair.h"
#include "agent/fields/time_value.h"

namespace dims {
namespace {

constexpr absl::string_view kLabelPrefix = "labels.";

bool IsList(ColumnType type) {
  return type == ColumnType::kKeywordList || type == ColumnType::kIpList;
}

}  // namespace

void FieldWriter::String(absl::string_view name, absl::string_view value) {
  if (value.empty()) return;
  if (!IsPlainText(value)) {
    RepairText(value, &plain_);
    value = plain_;
  }
  if (!TryString(TargetOf(name), value)) PutLabel(LabelName(name), value);
}

void FieldWriter::Integer(absl::string_view name, std::int64_t value) {
  if (TryInteger(TargetOf(name), value)) return;
  Placed(row_.builder().NamedInteger(LabelName(name), value));
}

void FieldWriter::Double(absl::string_view name, double value) {
  if (TryDouble(TargetOf(name), value)) return;
  Placed(row_.builder().NamedDouble(LabelName(name), value));
}

void FieldWriter::Bool(absl::string_view name, bool value) {
  if (TryBool(TargetOf(name), value)) return;
  Placed(row_.builder().NamedBool(LabelName(name), value));
}

void FieldWriter::Element(absl::string_view name, absl::string_view value) {
  if (!IsPlainText(value)) {
    RepairText(value, &plain_);
    value = plain_;
  }
  if (TryElement(TargetOf(name), value)) return;
  Placed(row_.builder().NamedAddKeyword(LabelName(name), value));
}

void FieldWriter::Label(absl::string_view name, absl::string_view value) {
  PutLabel(LabelName(name), value);
}

void FieldWriter::PlainString(const FieldPlace& place, absl::string_view value) {
  if (value.empty()) return;
  if (!TryString(TargetOf(place), value)) PutLabel(place, value);
}

void FieldWriter::Integer(const FieldPlace& place, std::int64_t value) {
  if (TryInteger(TargetOf(place), value)) return;
  Placed(row_.builder().NamedInteger(place.label, value, place.column));
}

void FieldWriter::Double(const FieldPlace& place, double value) {
  if (TryDouble(TargetOf(place), value)) return;
  Placed(row_.builder().NamedDouble(place.label, value, place.column));
}

void FieldWriter::Bool(const FieldPlace& place, bool value) {
  if (TryBool(TargetOf(place), value)) return;
  Placed(row_.builder().NamedBool(place.label, value, place.column));
}

void FieldWriter::PlainElement(const FieldPlace& place, absl::string_view value) {
  if (TryElement(TargetOf(place), value)) return;
  Placed(row_.builder().NamedAddKeyword(place.label, value, place.column));
}

void FieldWriter::PlainLabel(const FieldPlace& place, absl::string_view value) {
  PutLabel(place, value);
}

FieldPlace FieldWriter::PlaceOf(absl::string_view name) {
  FieldPlace place;
  const Target target = TargetOfName(name);
  place.core = target.core;
  place.field = target.field;
  place.exact = target.exact;
  MakeLabelName(name, place.label);
  return place;
}

FieldPlace FieldWriter::LabelPlace(absl::string_view name) {
  FieldPlace place;
  MakeLabelName(name, place.label);
  return place;
}

FieldWriter::Target FieldWriter::TargetOfName(absl::string_view name) {
  Target target;
  if (name.size() > kNameBytesMax || absl::StartsWith(name, kLabelPrefix) || IsServerOwned(name)) {
    return target;
  }
  const FieldDefinition* core = FindCoreField(name);
  const bool exact = core != nullptr;
  if (core == nullptr) {
    const auto alias = FieldAlias(name);
    if (!alias) return target;
    core = &DefinitionOf(*alias);
  }
  const auto field = static_cast<Field>(core - CoreFields().data());
  if (core->internal || IsReservedField(field)) return target;
  return {core, field, exact};
}

FieldWriter::Target FieldWriter::TargetOf(absl::string_view name) const {
  const Target target = TargetOfName(name);
  if (target.core != nullptr && IsTaken(*target.core, target.field)) return {};
  return target;
}

FieldWriter::Target FieldWriter::TargetOf(const FieldPlace& place) const {
  if (place.core == nullptr || IsTaken(*place.core, place.field)) return {};
  return {place.core, place.field, place.exact};
}

bool FieldWriter::IsTaken(const FieldDefinition& core, Field field) const {
  return !IsList(core.type) && row_.Has(field);
}

bool FieldWriter::TryString(const Target& target, absl::string_view value) {
  if (target.core == nullptr) return false;
  if (SetCore(target, value)) return true;
  NoteConflict(target);
  return false;
}

bool FieldWriter::TryInteger(const Target& target, std::int64_t value) {
  if (target.core == nullptr) return false;
  if (target.core->type == ColumnType::kInteger ? SetInteger(target.field, value)
                                                : SetCore(target, absl::StrCat(value))) {
    return true;
  }
  NoteConflict(target);
  return false;
}

bool FieldWriter::TryDouble(const Target& target, double value) {
  if (target.core == nullptr) return false;
  if (SetCore(target, absl::StrCat(value))) return true;
  NoteConflict(target);
  return false;
}

bool FieldWriter::TryBool(const Target& target, bool value) {
  if (target.core == nullptr) return false;
  if (target.core->type == ColumnType::kBool) {
    row_.builder().Bool(target.field, value);
    return true;
  }
  if (SetCore(target, value ? "true" : "false")) return true;
  NoteConflict(target);
  return false;
}

bool FieldWriter::TryElement(const Target& target, absl::string_view value) {
  if (target.core == nullptr) return false;
  if (IsList(target.core->type) && SetCore(target, value)) return true;
  NoteConflict(target);
  return false;
}

void FieldWriter::PutLabel(const FieldPlace& place, absl::string_view value) {
  if (value.empty()) return;
  BatchBuilder& builder = row_.builder();
  Placed(value.size() > kKeywordBytesMax ? builder.NamedText(place.label, value, place.column)
                                         : builder.NamedKeyword(place.label, value, place.column));
}

void FieldWriter::PutLabel(absl::string_view label, absl::string_view value) {
  if (value.empty()) return;
  BatchBuilder& builder = row_.builder();
  Placed(value.size() > kKeywordBytesMax ? builder.NamedText(label, value)
                                         : builder.NamedKeyword(label, value));
}

bool FieldWriter::SetCore(const Target& target, absl::string_view value) {
  switch (target.core->type) {
    case ColumnType::kKeyword:
      SetKeyword(target.field, value);
      return true;
    case ColumnType::kText:
      row_.Text(target.field, value);
      return true;
    case ColumnType::kKeywordList:
      row_.builder().AddKeyword(target.field, value);
      return true;
    case ColumnType::kIp:
    case ColumnType::kIpList: {
      const auto address = IpAddress::Parse(value);
      if (!address) return false;
      if (target.core->type == ColumnType::kIp) {
        row_.Address(target.field, *address);
      } else {
        row_.builder().AddIp(target.field, *address);
      }
      return true;
    }
    case ColumnType::kInteger: {
      std::int64_t number = 0;
      return absl::SimpleAtoi(value, &number) && SetInteger(target.field, number);
    }
    case ColumnType::kTime: {
      const auto time_ns = ReadTimeValue(value);
      if (time_ns) row_.Integer(target.field, *time_ns);
      return time_ns.has_value();
    }
    case ColumnType::kBool:
      if (value != "true" && value != "false") return false;
      row_.builder().Bool(target.field, value == "true");
      return true;
    case ColumnType::kDouble:
      return false;  // no core field is one
  }
  return false;
}

void FieldWriter::SetKeyword(Field field, absl::string_view value) {
  switch (field) {
    case Field::kUserName:
    case Field::kUserTargetName:
    case Field::kUserEffectiveName:
      row_.User(field, value);
      return;
    case Field::kNetworkTransport:
      row_.Transport(value);
      return;
    case Field::kSourceDomain:
    case Field::kDestinationDomain:
    case Field::kDnsQuestionName:
    case Field::kUrlDomain:
      row_.Keyword(field, value);
      row_.builder().AddKeyword(Field::kRelatedHosts, value);
      return;
    case Field::kFileHashSha256:
    case Field::kFileHashSha1:
    case Field::kFileHashMd5:
      row_.Keyword(field, value);
      row_.builder().AddKeyword(Field::kRelatedHash, value);
      return;
    default:
      row_.Keyword(field, value);
  }
}

bool FieldWriter::SetInteger(Field field, std::int64_t value) {
  if (field == Field::kSourcePort || field == Field::kDestinationPort) {
    if (value < 0 || value > 65535) return false;
    field == Field::kSourcePort ? row_.SourcePort(value) : row_.DestinationPort(value);
    return true;
  }
  row_.Integer(field, value);
  return true;
}

void FieldWriter::MakeLabelName(absl::string_view name, std::string& label) {
  label.assign(kLabelPrefix.data(), kLabelPrefix.size());
  if (absl::StartsWith(name, kLabelPrefix)) name.remove_prefix(kLabelPrefix.size());
  for (const char c : name.substr(0, kNameBytesMax)) {
    const auto byte = static_cast<unsigned char>(c);
    label.push_back(byte <= ' ' || byte == 0x7f || byte == '"' ? '_' : c);
  }
  while (!IsPlainText(label)) label.pop_back();  // a name cut inside a character
}

absl::string_view FieldWriter::LabelName(absl::string_view name) {
  MakeLabelName(name, label_);
  return label_;
}

void FieldWriter::NoteConflict(const Target& target) {
  if (target.exact) row_.Tag("type_conflict");
}

void FieldWriter::Placed(bool placed) {
  if (!placed) row_.Tag("fields_dropped");
}

}  // namespace dims

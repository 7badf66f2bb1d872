// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <memory>

#include "common/event/batch_builder.h"
#include "common/event/batch_source.h"
#include "common/filter/evaluate.h"
#include "common/filter/query.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto query = dims::ParseQuery({reinterpret_cast<const char*>(data), size});
  if (!query.ok()) return 0;
  static const dims::EventBatch& batch = *[] {
    dims::BatchBuilder builder;
    builder.Keyword(dims::Field::kUserName, "root");
    builder.Text(dims::Field::kMessage, "Failed password for root port 22");
    builder.Integer(dims::Field::kSourcePort, 22);
    builder.Ip(dims::Field::kSourceIp, dims::IpAddress::FromV4(0xc6336407));
    builder.FinishRow();
    return new dims::EventBatch(builder.Finish());
  }();
  dims::BatchSource source(std::make_shared<const dims::EventBatch>(batch));
  static_cast<void>(dims::EvaluateFilter(query->filter, source));
  static_cast<void>(dims::PrintFilter(query->filter));
  return 0;
}

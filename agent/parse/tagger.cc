// SPDX-License-Identifier: Apache-2.0
#include "agent/parse/tagger.h"

namespace dims {

void Tagger::Tag(BatchBuilder& builder) const {
  for (const std::string& tag : tags) builder.AddKeyword(Field::kTags, tag);
  if (!tlp.empty()) builder.Keyword(Field::kTlp, tlp);
}

}  // namespace dims

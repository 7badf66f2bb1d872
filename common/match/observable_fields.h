// SPDX-License-Identifier: Apache-2.0
// Which fields of an event are compared with indicators and watchlists, by kind.
#pragma once

#include <array>

#include "common/event/fields.h"

namespace dims {

inline constexpr std::array kAddressFields = {Field::kSourceIp,      Field::kDestinationIp,
                                              Field::kSourceNatIp,   Field::kDestinationNatIp,
                                              Field::kDnsResolvedIp, Field::kRelatedIp};
inline constexpr std::array kDomainFields = {Field::kUrlDomain, Field::kDnsQuestionName,
                                             Field::kSourceDomain, Field::kDestinationDomain,
                                             Field::kTlsClientServerName};
inline constexpr std::array kHashFields = {Field::kFileHashSha256, Field::kFileHashSha1,
                                           Field::kFileHashMd5, Field::kRelatedHash};

}  // namespace dims

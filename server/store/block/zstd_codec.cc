// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/zstd_codec.h"

#include <zstd.h>

#include "common/base/check.h"

namespace dims {

absl::string_view ZstdCodec::Compress(absl::string_view bytes, int level) {
  if (!compress_) compress_.reset(ZSTD_createCCtx());
  const std::size_t bound = ZSTD_compressBound(bytes.size());
  if (buffer_.size() < bound) buffer_.resize(bound);
  const std::size_t size = ZSTD_compressCCtx(compress_.get(), buffer_.data(), buffer_.size(),
                                             bytes.data(), bytes.size(), level);
  DIMS_CHECK(ZSTD_isError(size) == 0);  // the buffer has the bound's size
  return absl::string_view(buffer_.data(), size);
}

bool ZstdCodec::Declares(absl::string_view frame, std::size_t size) {
  return ZSTD_getFrameContentSize(frame.data(), frame.size()) == size;
}

bool ZstdCodec::Decompress(absl::string_view frame, std::size_t size, char* out) {
  if (!Declares(frame, size)) return false;
  if (!decompress_) decompress_.reset(ZSTD_createDCtx());
  const std::size_t written =
      ZSTD_decompressDCtx(decompress_.get(), out, size, frame.data(), frame.size());
  return ZSTD_isError(written) == 0 && written == size;
}

void ZstdCodec::Free::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}

void ZstdCodec::Free::operator()(ZSTD_DCtx_s* context) const {
  ZSTD_freeDCtx(context);
}

}  // namespace dims

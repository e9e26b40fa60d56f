// The body of a request -> the picture in it. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mnist::app::serve {

struct BadBody {
  int status = 0;      // 400 or 415
  std::string reason;  // one line for a person, with what would be accepted
};

// The bytes of the picture, not yet decoded. Accepted, whatever `content_type` (empty: none) says
// about the first:
//   bytes that begin like a picture;
//   JSON, {"image": base64}, where the base64 may have line breaks or be a data: URL;
//   multipart/form-data (RFC 7578) with one picture, in the field "image" or as the only file;
//   anything called image/…: if it is not, decoding says so.
// Throws BadBody. Time and memory are linear in the body.
std::vector<std::uint8_t> picture_in(std::string_view content_type, std::string_view body);

}  // namespace mnist::app::serve

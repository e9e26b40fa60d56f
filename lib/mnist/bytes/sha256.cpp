// The digest itself is OpenSSL's, which uses the processor's SHA instructions if it has them.
#include "mnist/bytes/sha256.h"

#include <array>

#include <openssl/evp.h>

#include "mnist/base/error.h"

namespace mnist {

std::string sha256_hex(std::span<const std::uint8_t> bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) {
    throw Error(ErrorKind::kUnsupported, "this OpenSSL does not provide SHA-256");
  }
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * std::size_t{length});
  for (const unsigned char byte : std::span(digest).first(length)) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 0xf];
  }
  return hex;
}

}  // namespace mnist

#include "mnist/report/markup.h"

#include <openssl/evp.h>

#include "mnist/image/encode.h"

namespace mnist {

std::string escape_markup(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        const bool control = (byte < 0x20 && c != '\t' && c != '\n') || byte == 0x7f;
        escaped += control ? std::string("\xef\xbf\xbd") : std::string(1, c);
      }
    }
  }
  return escaped;
}

std::string base64(std::span<const std::uint8_t> bytes) {
  // Four characters for each three bytes begun; EVP_EncodeBlock adds a zero behind them.
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::string data_uri(const Image& image) {
  return "data:image/png;base64," + base64(encode_png(image));
}

}  // namespace mnist

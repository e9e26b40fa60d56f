#include "mnist/bytes/gzip.h"

#include "unit/bytes/bytes_testing.h"

namespace mnist {

using testing::bytes_of;
using testing::error_of;
using testing::joined;
using testing::text_of;

namespace {

constexpr std::uint64_t kPlenty = 1 << 20;

Bytes noise(std::size_t size) {
  Bytes bytes(size);
  std::uint32_t state = 1;
  for (auto& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<std::uint8_t>(state >> 24);
  }
  return bytes;
}

Bytes shortened(Bytes bytes, std::size_t by) {
  bytes.resize(bytes.size() - by);
  return bytes;
}

}  // namespace

TEST_CASE("what gzip compresses, gunzip gives back", "[bytes]") {
  for (const Bytes& content : {Bytes{}, bytes_of("7"), Bytes(300'000, 0), noise(300'000)}) {
    CHECK(gunzip(gzip(content), kPlenty) == content);
  }
}

TEST_CASE("gzip gives the same bytes for the same content, without a time stamp", "[bytes]") {
  const Bytes compressed = gzip(bytes_of("digits"));
  CHECK(compressed == gzip(bytes_of("digits")));
  CHECK(Bytes(compressed.begin() + 3, compressed.begin() + 8) == Bytes(5, 0));  // flags, time
}

TEST_CASE("gunzip reads what gzip(1) writes, name and time included", "[bytes]") {
  // printf 'seven\n' > 7.txt && gzip -9 7.txt
  const Bytes file = {0x1f, 0x8b, 0x08, 0x08, 0x80, 0x96, 0x98, 0x5c, 0x02, 0x03, '7',
                      '.',  't',  'x',  't',  0x00, 0x2b, 0x4e, 0x2d, 0x4b, 0xcd, 0xe3,
                      0x02, 0x00, 0x4d, 0x7f, 0x45, 0x76, 0x06, 0x00, 0x00, 0x00};
  CHECK(text_of(gunzip(file, kPlenty)) == "seven\n");
}

TEST_CASE("several gzip members are joined", "[bytes]") {
  const Bytes file = joined({gzip(bytes_of("one ")), gzip({}), gzip(bytes_of("two"))});
  CHECK(text_of(gunzip(file, kPlenty)) == "one two");
}

TEST_CASE("gzip files are recognised by their first two bytes", "[bytes]") {
  CHECK(is_gzip(gzip({})));
  CHECK_FALSE(is_gzip({}));
  CHECK_FALSE(is_gzip(Bytes{0x1f}));
  CHECK_FALSE(is_gzip(Bytes{0x1f, 0x8c}));
}

TEST_CASE("gunzip refuses what is not gzip", "[bytes]") {
  for (const Bytes& bytes : {Bytes{}, bytes_of("plain text")}) {
    const Error error = error_of([&] { gunzip(bytes, kPlenty); });
    CHECK(error.kind() == ErrorKind::kCorrupt);
    CHECK(error.message() == "not a gzip file");
  }
}

TEST_CASE("gunzip refuses a file cut at any place", "[bytes]") {
  const Bytes whole = joined({gzip(noise(100)), gzip(noise(50))});
  const std::size_t first = gzip(noise(100)).size();
  for (std::size_t size = 2; size < whole.size(); ++size) {
    if (size == first) continue;  // a whole member, and thus a whole file
    const Error error = error_of([&] { gunzip(shortened(whole, whole.size() - size), kPlenty); });
    CHECK(error.kind() == ErrorKind::kCorrupt);
    if (size != first + 1) CHECK(error.message() == "truncated gzip data");
  }
}

TEST_CASE("gunzip refuses damage to content, checksum and size, and says which", "[bytes]") {
  const Bytes sound = gzip(bytes_of("0123456789"));
  const auto message_with = [&](std::uint8_t value, std::size_t position) {
    Bytes damaged = sound;
    damaged[position] = value;
    const Error error = error_of([&] { gunzip(damaged, kPlenty); });
    CHECK(error.kind() == ErrorKind::kCorrupt);
    return error.message();
  };
  CHECK(message_with(7, 2) == "damaged gzip data: unknown compression method");
  CHECK(message_with(7, 10) == "damaged gzip data: invalid block type");
  CHECK(message_with(0, sound.size() - 8) == "damaged gzip data: incorrect data check");
  CHECK(message_with(1, sound.size() - 1) == "damaged gzip data: incorrect length check");
}

TEST_CASE("gunzip refuses bytes after the last member", "[bytes]") {
  for (const Bytes& rest : {Bytes{0}, Bytes{0x1f}, bytes_of("rest")}) {
    const Error error = error_of([&] { gunzip(joined({gzip(bytes_of("7")), rest}), kPlenty); });
    CHECK(error.kind() == ErrorKind::kCorrupt);
    CHECK(error.message() == "unexpected data after the end of the gzip data: " +
                                 std::to_string(rest.size()) + " bytes");
  }
}

TEST_CASE("gunzip takes content up to its limit, and not a byte more", "[bytes]") {
  const Bytes file = joined({gzip(Bytes(1000, 7)), gzip(Bytes(500, 7))});
  CHECK(gunzip(file, 1500).size() == 1500);
  CHECK(gunzip(gzip({}), 0).empty());
  const Error error = error_of([&] { gunzip(file, 1499); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(error.message() == "uncompresses to more than the limit of 1499 bytes");
}

TEST_CASE("a gzip bomb is refused before it fills the memory", "[bytes]") {
  // 64 MiB of zeros, cut off: what comes first is the limit, so the missing end is never noticed.
  const Bytes bomb = shortened(gzip(Bytes(std::size_t{64} << 20, 0)), 8);
  CHECK(error_of([&] { gunzip(bomb, kPlenty); }).kind() == ErrorKind::kUnsupported);
}

}  // namespace mnist

// Malformed safetensors files, one fault each: each is refused with its own message, and takes
// little memory, whatever it claims.
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "mnist/bytes/safetensors.h"

#include "support/allocations.h"
#include "unit/bytes/safetensors_testing.h"

namespace mnist {

using testing::bytes_of;
using testing::entry;
using testing::error_of;
using testing::file_of;
using testing::file_of_entry;
using testing::joined;
using testing::length_prefix;

namespace {

constexpr std::int64_t kMostMemory = std::int64_t{16} << 20;

struct Row {
  const char* fault;
  Bytes file;
  std::string message;
};

// `count` times `pattern`, each '#' replaced by the copy's number, separated by commas.
std::string repeated(const std::string& pattern, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += ',';
    for (const char c : pattern) text += c == '#' ? std::to_string(i) : std::string(1, c);
  }
  return text;
}

std::vector<Row> broken_frames() {
  const std::string long_header =
      "its header is longer than 1 MiB, or this is not a safetensors file";
  return {
      {"cut within the length", Bytes(7), "too short for a safetensors file"},
      {"a length of 2^64 - 1", length_prefix(~std::uint64_t{0}), long_header},
      {"a header longer than the file", joined({length_prefix(3), bytes_of("{}")}),
       "truncated within its header"},
      {"an empty header", length_prefix(0), "its header is not a JSON object"},
      {"a key without a value", file_of(R"({"w" 7})"), "its header is not valid JSON, from byte 6"},
      {"a header that never ends", file_of(R"({"weight":)"),
       "its header is not valid JSON, from byte 11"},
      {"a second object", file_of("{}{}"), "its header is not valid JSON, from byte 3"},
      {"a number beyond all", file_of(R"({"wide":1e999})"),
       "its header is not valid JSON, from byte 13"},
      {"a name that is not UTF-8", file_of("{\"wi\xff\":1}"),
       "its header is not valid JSON, from byte 5"},
      {"a zero byte", file_of(std::string("{}\0{}", 5)), "its header contains a zero byte"},
      {"a byte too many", file_of("{}", 1), "1 unused byte at the end"},
      {"many bytes too many", file_of_entry(entry("U8", "[3]", "[0,3]"), 5),
       "2 unused bytes at the end"},
  };
}

std::vector<Row> broken_structure() {
  const std::string sound = entry("U8", "[0]", "[0,0]");
  return {
      {"a tensor twice", file_of(R"({"w":)" + sound + R"(,"\u0077":)" + sound + "}"),
       "duplicate key \"w\""},
      {"the metadata twice", file_of(R"({"__metadata__":{},"__metadata__":{}})"),
       "duplicate key \"__metadata__\""},
      {"a metadata key twice", file_of(R"({"__metadata__":{"a":"1","a":"1"}})"),
       "duplicate key \"a\""},
      {"a type twice", file_of_entry(R"({"dtype":"U8","dtype":"U8"})"), "duplicate key \"dtype\""},
      {"metadata in a list", file_of(R"({"__metadata__":["a"]})"),
       "its metadata is not a JSON object"},
      {"a number in the metadata", file_of(R"({"__metadata__":{"epochs":3}})"),
       "its metadata \"epochs\" is not a string"},
      {"an object in the metadata", file_of(R"({"__metadata__":{"config":{}}})"),
       "its metadata \"config\" is not a string"},
      {"too many metadata", file_of(R"({"__metadata__":{)" + repeated(R"("#":"")", 1001) + "}}"),
       "its metadata have more than 1000 keys"},
      {"metadata of 1 MiB", file_of(R"({"__metadata__":{)" + repeated(R"("m#":[])", 80'000) + "}}"),
       "its metadata \"m0\" is not a string"},
      {"too many tensors", file_of("{" + repeated(R"("#":)" + sound, 10'001) + "}"),
       "it has more than 10000 tensors"},
      {"an entry that is a number", file_of(R"({"n":7})"),
       "tensor \"n\": its entry must consist of dtype, shape and data_offsets"},
      {"an entry that is a list of 300,000 objects",
       file_of(R"({"l":[)" + repeated("{}", 300'000) + "]}"),
       "tensor \"l\": its entry must consist of dtype, shape and data_offsets"},
      {"an entry without offsets", file_of(R"({"o":{"dtype":"U8","shape":[0]}})"),
       "tensor \"o\": its entry must consist of dtype, shape and data_offsets"},
      {"an entry with more",
       file_of(R"({"m":{"dtype":"U8","strides":[)" + repeated("[]", 300'000) + "]}}"),
       "tensor \"m\": its entry must consist of dtype, shape and data_offsets"},
      {"a name of line breaks and escapes", file_of(R"({"a\n\u001b[31m":7})"),
       R"(tensor "a\n\u001b[31m": its entry must consist of dtype, shape and data_offsets)"},
      {"a name of 1 MiB", file_of("{\"" + std::string(1'000'000, 'n') + "\":7}"),
       "tensor \"" + std::string(80, 'n') +
           "\"…: its entry must consist of dtype, shape and data_offsets"},
  };
}

std::vector<Row> broken_types_and_shapes() {
  const std::string contradiction = ": its shape and type contradict its data_offsets";
  const auto of = [](const std::string& name, const std::string& dtype, const std::string& shape,
                     const std::string& offsets, std::size_t data_bytes = 0) {
    return file_of("{\"" + name + "\":" + entry(dtype, shape, offsets) + "}", data_bytes);
  };
  return {
      {"an unknown type", of("w", "F16", "[1]", "[0,2]", 2),
       "tensor \"w\": element type \"F16\" is not supported"},
      {"a type in small letters", of("w", "f32", "[1]", "[0,4]", 4),
       "tensor \"w\": element type \"f32\" is not supported"},
      {"a type that is a number", file_of_entry(R"({"dtype":8})"),
       "tensor \"w\": dtype is not a string"},
      {"a shape that is a number", of("w", "U8", "1", "[0,1]", 1),
       "tensor \"w\": shape is not a list"},
      {"a shape within a shape", of("nested", "U8", "[[0]]", "[0,0]"),
       "tensor \"nested\": shape contains a value that is not a size"},
      {"a negative size", of("negative", "U8", "[-1]", "[0,1]", 1),
       "tensor \"negative\": shape contains a value that is not a size"},
      {"a size with a fraction", of("fraction", "U8", "[1.5]", "[0,1]", 1),
       "tensor \"fraction\": shape contains a value that is not a size"},
      {"a size of 2^63", of("large", "U8", "[9223372036854775808]", "[0,1]", 1),
       "tensor \"large\": shape contains a value that is not a size"},
      {"17 dimensions", of("w", "U8", "[" + repeated("1", 17) + "]", "[0,1]", 1),
       "tensor \"w\": shape has more than 16 values"},
      {"500,000 dimensions", of("wide", "U8", "[" + repeated("1", 500'000) + "]", "[0,1]", 1),
       "tensor \"wide\": shape has more than 16 values"},
      {"a product of 2^64", of("product", "F32", "[4294967296,4294967296]", "[0,0]"),
       "tensor \"product\"" + contradiction},
      {"a product beyond 63 bits beside a zero",
       of("zero", "F32", "[0,4294967296,4294967296]", "[0,0]"), "tensor \"zero\"" + contradiction},
      {"bytes beyond 63 bits", of("bytes", "F64", "[2305843009213693952]", "[0,0]"),
       "tensor \"bytes\"" + contradiction},
      {"an element too few", of("few", "F32", "[2]", "[0,4]", 4), "tensor \"few\"" + contradiction},
      {"half an element", of("half", "F32", "[2]", "[0,7]", 7), "tensor \"half\"" + contradiction},
  };
}

std::vector<Row> broken_offsets() {
  const auto of = [](const std::string& offsets, std::size_t data_bytes = 0) {
    return file_of_entry(entry("U8", "[1]", offsets), data_bytes);
  };
  const auto two = [](const std::string& name, const std::string& a, const std::string& b) {
    return file_of(R"({"a":)" + a + ",\"" + name + "\":" + b + "}", 4);
  };
  return {
      {"offsets that are an object", of("{}", 1), "tensor \"w\": data_offsets is not a list"},
      {"a negative offset", of("[-1,0]", 1),
       "tensor \"w\": data_offsets contains a value that is not a size"},
      {"an offset with a fraction", file_of(R"({"f":)" + entry("U8", "[1]", "[0,1.0]") + "}", 1),
       "tensor \"f\": data_offsets contains a value that is not a size"},
      {"the end before the begin", of("[1,0]", 1),
       "tensor \"w\": data_offsets are not a begin and an end"},
      {"one offset", file_of(R"({"one":)" + entry("U8", "[1]", "[1]") + "}", 1),
       "tensor \"one\": data_offsets are not a begin and an end"},
      {"200,000 offsets", of("[" + repeated("1", 200'000) + "]", 1),
       "tensor \"w\": data_offsets has more than 16 values"},
      {"an exabyte that is not there",
       file_of_entry(entry("U8", "[1152921504606846976]", "[0,1152921504606846976]"), 1),
       "truncated: tensor \"w\" ends beyond the file"},
      {"the last byte missing", file_of(R"({"cut":)" + entry("U8", "[4]", "[0,4]") + "}", 3),
       "truncated: tensor \"cut\" ends beyond the file"},
      {"an overlap", two("b", entry("U8", "[3]", "[0,3]"), entry("U8", "[2]", "[2,4]")),
       "tensor \"b\" overlaps another"},
      {"two tensors in one place",
       two("same", entry("U8", "[4]", "[0,4]"), entry("U8", "[4]", "[0,4]")),
       "tensor \"same\" overlaps another"},
      {"an empty tensor within another",
       two("empty", entry("U8", "[4]", "[0,4]"), entry("U8", "[0]", "[2,2]")),
       "tensor \"empty\" overlaps another"},
      {"a hole at the beginning", file_of_entry(entry("U8", "[3]", "[1,4]"), 4),
       "unused bytes before tensor \"w\""},
      {"a hole in the middle", two("b", entry("U8", "[1]", "[0,1]"), entry("U8", "[2]", "[2,4]")),
       "unused bytes before tensor \"b\""},
  };
}

}  // namespace

TEST_CASE("every malformed safetensors file is refused in its own words, in little memory",
          "[bytes]") {
  std::set<std::string> messages;
  std::size_t rows = 0;
  for (const auto& table :
       {broken_frames(), broken_structure(), broken_types_and_shapes(), broken_offsets()}) {
    for (const Row& row : table) {
      INFO(row.fault);
      const testing::AllocationPeak peak;
      const std::string message = error_of([&] { parse_safetensors(row.file); }).message();
      CHECK(peak.bytes() < kMostMemory);
      CHECK(message == row.message);
      messages.insert(message);
      ++rows;
    }
  }
  CHECK(messages.size() == rows);
}

TEST_CASE("the count of allocations sees what is taken and given back", "[bytes]") {
  const testing::AllocationPeak peak;
  { const Bytes much(std::size_t{1} << 20); }
  if (peak.bytes() == 0) return;  // under a sanitizer
  CHECK(peak.bytes() >= 1 << 20);
  CHECK(peak.bytes() < 1 << 21);
  CHECK(testing::AllocationPeak().bytes() < 1 << 16);
}

}  // namespace mnist

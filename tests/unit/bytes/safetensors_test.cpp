#include "mnist/bytes/safetensors.h"

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

std::string fault_of(const Bytes& file, ErrorKind kind = ErrorKind::kCorrupt) {
  const Error error = error_of([&] { parse_safetensors(file); });
  CHECK(error.kind() == kind);
  return error.message();
}

}  // namespace

TEST_CASE("a safetensors file gives its tensors and metadata", "[bytes]") {
  const Bytes file = file_of(R"({"__metadata__":{"format":"pt"},"conv1.weight":)" +
                                 entry("F32", "[2,1]", "[0,8]") + R"(,"bias":)" +
                                 entry("U8", "[3]", "[8,11]") + "}  ",
                             11);
  const SafeTensors content = parse_safetensors(file);
  CHECK(content.metadata == std::map<std::string, std::string>{{"format", "pt"}});
  REQUIRE(content.tensors.size() == 2);
  const TensorView& weight = content.tensors.at("conv1.weight");
  CHECK(weight.type == TensorType::kFloat32);
  CHECK(weight.shape == std::vector<std::int64_t>{2, 1});
  CHECK(Bytes(weight.data.begin(), weight.data.end()) == Bytes{0, 1, 2, 3, 4, 5, 6, 7});
  const TensorView& bias = content.tensors.at("bias");
  CHECK(bias.type == TensorType::kUInt8);
  CHECK(Bytes(bias.data.begin(), bias.data.end()) == Bytes{8, 9, 10});
}

TEST_CASE("every element type has its name and size", "[bytes]") {
  const std::map<std::string, std::pair<TensorType, std::size_t>> types = {
      {"F32", {TensorType::kFloat32, 4}},
      {"F64", {TensorType::kFloat64, 8}},
      {"BF16", {TensorType::kBFloat16, 2}},
      {"I64", {TensorType::kInt64, 8}},
      {"U8", {TensorType::kUInt8, 1}}};
  for (const auto& [name, expected] : types) {
    const auto [type, size] = expected;
    CHECK(to_string(type) == name);
    CHECK(element_size(type) == size);
    const std::string offsets = "[0," + std::to_string(size) + "]";
    const Bytes file = file_of_entry(entry(name, "[1]", offsets), size);
    CHECK(parse_safetensors(file).tensors.at("w").type == type);
  }
}

TEST_CASE("a scalar has an empty shape, and an empty tensor no bytes", "[bytes]") {
  const Bytes scalar = file_of_entry(entry("F64", "[]", "[0,8]"), 8);
  CHECK(parse_safetensors(scalar).tensors.at("w").data.size() == 8);
  const Bytes empty = file_of_entry(entry("F64", "[3,0]", "[0,0]"));
  CHECK(parse_safetensors(empty).tensors.at("w").data.empty());
}

TEST_CASE("a safetensors file without tensors is sound", "[bytes]") {
  CHECK(parse_safetensors(file_of("{}")).tensors.empty());
}

TEST_CASE("tensors may be named in another order than that of their data", "[bytes]") {
  const Bytes file =
      file_of(R"({"a":)" + entry("U8", "[2]", "[3,5]") + R"(,"b":)" + entry("U8", "[3]", "[0,3]") +
                  R"(,"c":)" + entry("U8", "[0]", "[3,3]") + "}",
              5);
  const SafeTensors content = parse_safetensors(file);
  CHECK(content.tensors.at("a").data.front() == 3);
  CHECK(content.tensors.at("b").data.front() == 0);
}

TEST_CASE("a safetensors file too short for its length or its header is refused", "[bytes]") {
  CHECK(fault_of({}) == "too short for a safetensors file");
  CHECK(fault_of(Bytes(7)) == "too short for a safetensors file");
  CHECK(fault_of(joined({length_prefix(3), bytes_of("{}")})) == "truncated within its header");
}

TEST_CASE("a safetensors header over 1 MiB is refused, however long the file", "[bytes]") {
  constexpr std::size_t kMaxHeader = 1 << 20;
  const std::string padded = "{}" + std::string(kMaxHeader - 2, ' ');
  CHECK(parse_safetensors(file_of(padded)).tensors.empty());
  const std::string expected = "its header is longer than 1 MiB, or this is not a safetensors file";
  CHECK(fault_of(file_of(padded + " ")) == expected);
  CHECK(parse_safetensors(file_of(padded + " "), kLongestHeaderBytes).tensors.empty());
  CHECK(fault_of(length_prefix(~std::uint64_t{0})) == expected);
  CHECK(fault_of(bytes_of("PK\x03\x04 a pickle in a zip archive")) == expected);
}

TEST_CASE("a safetensors header that is no JSON object is refused", "[bytes]") {
  for (const char* header : {"", "[]", "7", "null", " {}", "\xef\xbb\xbf{}"}) {
    CHECK(fault_of(file_of(header)) == "its header is not a JSON object");
  }
  CHECK(fault_of(file_of(R"({"w" 7})")) == "its header is not valid JSON, from byte 6");
  for (const char* header : {"{", "{}{}", "{} x", R"({"w":1e999})", R"({/* */})", "{\"\xff\":1}"}) {
    CHECK(fault_of(file_of(header)).find("its header is not valid JSON") == 0);
  }
}

TEST_CASE("a zero byte does not hide the rest of a safetensors header", "[bytes]") {
  CHECK(fault_of(file_of(std::string("{}\0{}", 5))) == "its header contains a zero byte");
}

TEST_CASE("duplicate keys in a safetensors header are refused wherever they are", "[bytes]") {
  const std::string sound = entry("U8", "[0]", "[0,0]");
  CHECK(fault_of(file_of(R"({"w":)" + sound + R"(,"w":)" + sound + "}")) == "duplicate key \"w\"");
  CHECK(fault_of(file_of(R"({"w":)" + sound + R"(,"\u0077":)" + sound + "}")) ==
        "duplicate key \"w\"");
  CHECK(fault_of(file_of(R"({"__metadata__":{},"__metadata__":{}})")) ==
        "duplicate key \"__metadata__\"");
  CHECK(fault_of(file_of(R"({"__metadata__":{"a":"1","b":"2","a":"3"}})")) ==
        "duplicate key \"a\"");
  CHECK(
      fault_of(file_of_entry(R"({"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]})")) ==
      "duplicate key \"dtype\"");
}

TEST_CASE("a deeply nested safetensors header is refused without exhausting the stack", "[bytes]") {
  const std::string brackets(1'000'000, '[');
  CHECK(fault_of(file_of(R"({"w":)" + brackets)) ==
        "tensor \"w\": its entry must consist of dtype, shape and data_offsets");
  CHECK(fault_of(file_of(R"({"w":{"shape":)" + brackets)) ==
        "tensor \"w\": shape contains a value that is not a size");
}

TEST_CASE("a safetensors header is read before the rest of its file", "[bytes]") {
  const Bytes file = file_of_entry(entry("F32", "[2]", "[0,8]"), 8);
  const Bytes beginning(file.begin(), file.end() - 8);
  const SafeTensors content = parse_safetensors_beginning(beginning, file.size());
  CHECK(content.tensors.at("w").shape == std::vector<std::int64_t>{2});
  CHECK(content.tensors.at("w").data.empty());
  const auto fault = [&](std::uint64_t file_bytes) {
    return error_of([&] { parse_safetensors_beginning(beginning, file_bytes); }).message();
  };
  CHECK(fault(file.size() - 1) == "truncated: tensor \"w\" ends beyond the file");
  CHECK(fault(file.size() + 4) == "4 unused bytes at the end");
  // The size of a pipe is not known yet.
  CHECK(parse_safetensors_beginning(beginning, {}).tensors.size() == 1);
}

TEST_CASE("safetensors metadata must be strings", "[bytes]") {
  CHECK(fault_of(file_of(R"({"__metadata__":["a"]})")) == "its metadata is not a JSON object");
  CHECK(fault_of(file_of(R"({"__metadata__":{"epochs":3}})")) ==
        "its metadata \"epochs\" is not a string");
}

TEST_CASE("a safetensors entry must be made of type, shape and offsets", "[bytes]") {
  const std::string expected =
      "tensor \"w\": its entry must consist of dtype, shape and data_offsets";
  CHECK(fault_of(file_of_entry("7")) == expected);
  CHECK(fault_of(file_of_entry("{}")) == expected);
  CHECK(fault_of(file_of_entry(R"({"dtype":"U8","shape":[0]})")) == expected);
  CHECK(fault_of(file_of_entry(R"({"dtype":"U8","shape":[0],"offsets":[0,0]})")) == expected);
  CHECK(fault_of(file_of_entry(R"({"dtype":"U8","shape":[0],"data_offsets":[0,0],"more":1})")) ==
        expected);
}

TEST_CASE("a safetensors element type must be a known one", "[bytes]") {
  CHECK(fault_of(file_of_entry(entry("F16", "[1]", "[0,2]"), 2), ErrorKind::kUnsupported) ==
        "tensor \"w\": element type \"F16\" is not supported");
  CHECK(fault_of(file_of_entry(R"({"dtype":8,"shape":[0],"data_offsets":[0,0]})")) ==
        "tensor \"w\": dtype is not a string");
}

TEST_CASE("safetensors sizes must be whole numbers that 63 bits hold", "[bytes]") {
  CHECK(fault_of(file_of_entry(entry("U8", "1", "[0,1]"), 1)) ==
        "tensor \"w\": shape is not a list");
  for (const char* size : {"-1", "1.0", "1e0", "\"1\"", "null", "true", "9223372036854775808",
                           "18446744073709551616"}) {
    CHECK(fault_of(file_of_entry(entry("U8", std::string("[") + size + "]", "[0,1]"), 1)) ==
          "tensor \"w\": shape contains a value that is not a size");
  }
}

TEST_CASE("safetensors offsets must be a begin and an end", "[bytes]") {
  CHECK(fault_of(file_of_entry(entry("U8", "[1]", "{}"), 1)) ==
        "tensor \"w\": data_offsets is not a list");
  CHECK(fault_of(file_of_entry(entry("U8", "[1]", "[-1,0]"), 1)) ==
        "tensor \"w\": data_offsets contains a value that is not a size");
  for (const char* offsets : {"[]", "[1]", "[0,1,1]", "[1,0]", "[9223372036854775807,0]"}) {
    CHECK(fault_of(file_of_entry(entry("U8", "[1]", offsets), 1)) ==
          "tensor \"w\": data_offsets are not a begin and an end");
  }
}

TEST_CASE("a safetensors shape must fill its offsets exactly", "[bytes]") {
  const std::string expected = "tensor \"w\": its shape and type contradict its data_offsets";
  CHECK(fault_of(file_of_entry(entry("F32", "[2]", "[0,7]"), 7)) == expected);
  CHECK(fault_of(file_of_entry(entry("F32", "[2]", "[0,9]"), 9)) == expected);
  CHECK(fault_of(file_of_entry(entry("F32", "[]", "[0,0]"))) == expected);
  CHECK(fault_of(file_of_entry(entry("U8", "[0]", "[0,1]"), 1)) == expected);
}

TEST_CASE("a safetensors shape whose product overflows is refused", "[bytes]") {
  const std::string expected = "tensor \"w\": its shape and type contradict its data_offsets";
  for (const char* shape : {
           "[4294967296,4294967296]",    // 2^64, 0 in 64 bits
           "[4294967296,4294967296,0]",  // not excused by the zero after it
           "[0,4294967296,4294967296]",  // nor by the zero before it
           "[4611686018427387904]",      // 2^62 elements of 4 bytes
           "[3,6148914691236517206]",    // 2^64 + 2
       }) {
    CHECK(fault_of(file_of_entry(entry("F32", shape, "[0,0]"))) == expected);
  }
}

TEST_CASE("a safetensors tensor must lie within the file", "[bytes]") {
  CHECK(fault_of(file_of_entry(entry("U8", "[4]", "[0,4]"), 3)) ==
        "truncated: tensor \"w\" ends beyond the file");
  CHECK(fault_of(file_of_entry(entry("U8", "[0]", "[1,1]"))) ==
        "truncated: tensor \"w\" ends beyond the file");
  CHECK(fault_of(file_of_entry(entry("U8", "[1]", "[9223372036854775806,9223372036854775807]"))) ==
        "truncated: tensor \"w\" ends beyond the file");
}

TEST_CASE("safetensors tensors that overlap are refused", "[bytes]") {
  const auto file = [](const std::string& a, const std::string& b) {
    return file_of(R"({"a":)" + a + R"(,"b":)" + b + "}", 4);
  };
  const std::string expected = "tensor \"b\" overlaps another";
  CHECK(fault_of(file(entry("U8", "[3]", "[0,3]"), entry("U8", "[2]", "[2,4]"))) == expected);
  CHECK(fault_of(file(entry("U8", "[4]", "[0,4]"), entry("U8", "[4]", "[0,4]"))) == expected);
  CHECK(fault_of(file(entry("U8", "[4]", "[0,4]"), entry("U8", "[1]", "[1,2]"))) == expected);
  CHECK(fault_of(file(entry("U8", "[4]", "[0,4]"), entry("U8", "[0]", "[2,2]"))) == expected);
}

TEST_CASE("safetensors data that no tensor covers are refused", "[bytes]") {
  CHECK(fault_of(file_of_entry(entry("U8", "[3]", "[1,4]"), 4)) ==
        "unused bytes before tensor \"w\"");
  CHECK(fault_of(file_of(R"({"a":)" + entry("U8", "[1]", "[0,1]") + R"(,"b":)" +
                             entry("U8", "[2]", "[2,4]") + "}",
                         4)) == "unused bytes before tensor \"b\"");
  CHECK(fault_of(file_of_entry(entry("U8", "[3]", "[0,3]"), 5)) == "2 unused bytes at the end");
  CHECK(fault_of(file_of("{}", 1)) == "1 unused byte at the end");
}

TEST_CASE("a hostile tensor name stays one short line of an error", "[bytes]") {
  const std::string name = R"(a\n\u001b[31m)" + std::string(1000, 'x');
  const std::string message = fault_of(file_of(R"({")" + name + R"(":7})"));
  CHECK(message.find(R"(tensor "a\n\u001b[31mxxx)") == 0);
  CHECK(message.size() < 200);
}

TEST_CASE("safetensors are written as the reference writer does, byte for byte", "[bytes]") {
  // What the reference implementation's rules give: metadata first, then by type (wide types
  // first) and name, no spaces, the header padded with spaces to a multiple of 8.
  const Bytes file = file_of(R"({"__metadata__":{"format":"pt"},)"
                             R"("steps":{"dtype":"I64","shape":[],"data_offsets":[0,8]},)"
                             R"("m":{"dtype":"F64","shape":[1],"data_offsets":[8,16]},)"
                             R"("a":{"dtype":"F32","shape":[1,2],"data_offsets":[16,24]},)"
                             R"("b":{"dtype":"F32","shape":[1],"data_offsets":[24,28]},)"
                             R"("h":{"dtype":"BF16","shape":[1],"data_offsets":[28,30]},)"
                             R"("mask\n\"é":{"dtype":"U8","shape":[3],"data_offsets":[30,33]}}   )",
                             33);
  REQUIRE((file.size() - 33) % 8 == 0);
  CHECK(serialize_safetensors(parse_safetensors(file)) == file);
}

TEST_CASE("the data of a written safetensors file begin aligned, whatever the names", "[bytes]") {
  const Bytes data(8, 1);
  for (std::size_t length = 1; length <= 8; ++length) {
    const SafeTensors content{
        .tensors = {{std::string(length, 'w'),
                     {.type = TensorType::kFloat64, .shape = {1}, .data = data}}},
        .metadata = {}};
    const Bytes file = serialize_safetensors(content);
    CHECK((file.size() - data.size()) % 8 == 0);
    CHECK(parse_safetensors(file).tensors.size() == 1);
  }
}

TEST_CASE("safetensors content that contradicts itself is not written", "[bytes]") {
  const Bytes data(4);
  const auto fault = [&](const std::string& name, const TensorView& view,
                         const std::string& metadata = "") {
    const SafeTensors content{.tensors = {{name, view}}, .metadata = {{"note", metadata}}};
    const Error error = error_of([&] { serialize_safetensors(content); });
    CHECK(error.kind() == ErrorKind::kUsage);
    return error.message();
  };
  const TensorView sound{.type = TensorType::kFloat32, .shape = {1}, .data = data};
  const TensorView wrong{.type = TensorType::kFloat32, .shape = {2}, .data = data};
  const TensorView negative{.type = TensorType::kFloat32, .shape = {-1}, .data = data};
  CHECK(fault("w", wrong) == "tensor \"w\": its data contradict its shape and type");
  CHECK(fault("w", negative) == "tensor \"w\": its data contradict its shape and type");
  CHECK(fault("__metadata__", sound) == "no tensor can be named __metadata__");
  CHECK(fault("\xff", sound) == "a name or a metadata string is not UTF-8");
  CHECK(fault("w", sound, std::string(1 << 20, 'x')) == "names and metadata take more than 1 MiB");
  const SafeTensors much{.tensors = {}, .metadata = {{"state", std::string(1 << 20, 'x')}}};
  const Bytes file = serialize_safetensors(much, kLongestHeaderBytes);
  CHECK(parse_safetensors(file, kLongestHeaderBytes).metadata == much.metadata);
}

}  // namespace mnist

// Model files with one fault each, made from sound ones: each is refused with its own message, and
// takes little memory, whatever it claims. (Faults of the container that holds them:
// unit/bytes/malformed_safetensors_test.cpp.)
#include <cstdint>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "mnist/model/model_file.h"
#include "mnist/read/finder.h"

#include "support/allocations.h"
#include "support/torch_catch.h"
#include "unit/model/damaged_model.h"

namespace mnist {

using testing::DamagedModel;
using testing::save_sound_classifier;
using testing::save_sound_finder;
using testing::TemporaryDirectory;

namespace {

constexpr std::int64_t kMostMemory = std::int64_t{16} << 20;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kLargest = std::numeric_limits<float>::max();

struct Row {
  const char* fault;
  std::function<void(DamagedModel&)> damage;
  std::string message;
};

Row lacking(const std::string& key) {
  return {"metadata without a key", [key](DamagedModel& file) { file.metadata().erase(key); },
          "not a mnist-toolkit model: its metadata lack '" + key + "'"};
}

// `value` in place of the metadata's `key`.
Row with(const std::string& key, const std::string& value, const std::string& message) {
  return {"another value in the metadata",
          [=](DamagedModel& file) { file.metadata()[key] = value; }, message};
}

// A number in place of one within [min, max].
Row beyond(const std::string& key, const std::string& value, const std::string& range,
           const std::string& shown) {
  return with(key, value,
              "'" + key + "' in the metadata must be a number between " + range + ", not " + shown);
}

Row options(const std::string& value, const std::string& problem) {
  return with("options", value, "'options' in the metadata: line 1: " + problem);
}

// `value` in place of the first value of tensor `name`.
Row one_value(const std::string& name, float value, const std::string& message) {
  return {"one value of a tensor", [=](DamagedModel& file) { file.set_first(name, value); },
          "tensor \"" + name + "\" " + message};
}

// `value` in place of all values of tensor `name`.
Row all_values(const std::string& name, float value, const std::string& shown) {
  return {
      "all values of a tensor", [=](DamagedModel& file) { file.fill(name, value); },
      "its answers are not finite numbers: tensor \"" + name + "\" contains values up to " + shown};
}

Row other_shape(const std::string& name, std::vector<std::int64_t> shape,
                const std::string& message) {
  return {"another shape", [=](DamagedModel& file) { file.replace(name, torch::zeros(shape)); },
          "tensor \"" + name + "\" has shape " + message};
}

Row other_type(const std::string& name, torch::ScalarType type, const std::string& message) {
  return {"another type",
          [=](DamagedModel& file) { file.replace(name, file.tensor(name).to(type)); },
          "tensor \"" + name + "\" has type " + message};
}

Row without(const std::string& name) {
  return {"a tensor left out", [=](DamagedModel& file) { file.remove(name); },
          "tensor \"" + name + "\" is missing"};
}

Row with_more(const std::string& name, const std::string& shown) {
  return {"a tensor too many", [=](DamagedModel& file) { file.replace(name, torch::zeros({2})); },
          "tensor " + shown + " does not belong to the network"};
}

std::vector<Row> broken_metadata() {
  std::vector<Row> rows = {
      with("format", "mnist-toolkit model 2", R"(unknown model format "mnist-toolkit model 2")"),
      with("format", "mnist-toolkit checkpoint 1",
           R"(unknown model format "mnist-toolkit checkpoint 1")"),
      with("format", "pt", R"(unknown model format "pt")"),
      with("network", "transformer", R"(unknown network "transformer")"),
      with("network", "a\nb", R"(unknown network "a\nb")"),
      with("training", "{",
           "'training' in the metadata: line 1: expected a key in double quotes, found the end"),
      with("training", "[{},{}]", "'training' in the metadata: does not contain a JSON object"),
      with("training", R"({"a":)" + std::string(400'000, '[') + std::string(400'000, ']') + "}",
           "'training' in the metadata is longer than 512 KiB"),
      with("training", R"({"a":)" + std::string(33, '[') + std::string(33, ']') + "}",
           "'training' in the metadata: line 1: nested more than 32 levels deep"),
      with("training", R"({"seed":1,"seed":2})",
           "'training' in the metadata: line 1: key 'seed' is given twice"),
  };
  for (const char* key : {"format", "network", "options", "training"}) {
    rows.push_back(lacking(key));
  }
  return rows;
}

std::vector<Row> broken_calibration() {
  std::vector<Row> rows = {
      with("classes", R"(["0","1","2"])",
           R"('classes' in the metadata is "[\"0\",\"1\",\"2\"]", here it is )"
           R"("[\"0\",\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]")"),
      with("mean", "0.5", R"('mean' in the metadata is "0.5", here it is "0.1307")"),
      with("mean", "NaN", R"('mean' in the metadata is "NaN", here it is "0.1307")"),
      with("std", "0", R"('std' in the metadata is "0", here it is "0.3081")"),
      with("std", "-0.3081", R"('std' in the metadata is "-0.3081", here it is "0.3081")"),
  };
  const std::string of_temperature = "0.001 and 1000.0";
  for (const char* value : {"0", "-1", "1001", "NaN", "Infinity", "1e999", "null", "hot", ""}) {
    rows.push_back(beyond("temperature", value, of_temperature, '"' + std::string(value) + '"'));
  }
  rows.push_back(beyond("temperature", "\"1\"", of_temperature, R"("\"1\"")"));
  rows.push_back(beyond("temperature", std::string(100, '1'), of_temperature,
                        '"' + std::string(80, '1') + "\"…"));
  for (const char* value : {"-0.1", "1.5", "nan"}) {
    rows.push_back(beyond("reject_below", value, "0.0 and 1.0", '"' + std::string(value) + '"'));
    rows.push_back(beyond("accept_above", value, "0.0 and 1.0", '"' + std::string(value) + '"'));
  }
  for (const char* key :
       {"classes", "mean", "std", "temperature", "reject_below", "accept_above"}) {
    rows.push_back(lacking(key));
  }
  return rows;
}

std::vector<Row> broken_options() {
  const std::string of_channels =
      "'channels' must be a list of 1 to 16 whole numbers between 1 and 1024, not ";
  return {
      options(R"({"hidden": 16)", "expected ',' or '}', found the end"),
      with("options", "7", "'options' in the metadata: does not contain a JSON object"),
      with("options", "{" + std::string(16'384, ' ') + "}",
           "'options' in the metadata is longer than 16 KiB"),
      options(R"({"hidden":16,"hidden":16})", "key 'hidden' is given twice"),
      options(R"({"depth":3})", "'depth' is unknown"),
      options(R"({"chanels":[4]})", "'chanels' is unknown; did you mean 'channels'?"),
      options("{\"" + std::string(10'000, 'd') + "\":3}",
              "'" + std::string(80, 'd') + "…' is unknown"),
      options(R"({"channels":[]})", of_channels + "[]"),
      options(R"({"channels":[4,0]})", of_channels + "[4,0]"),
      options(R"({"channels":[4,-8]})", of_channels + "[4,-8]"),
      options(R"({"channels":[4,1025]})", of_channels + "[4,1025]"),
      options(R"({"channels":"4,8"})", of_channels + "\"4,8\""),
      options(R"({"channels":["4444)" + std::string(5'000, '4') + "\"]}",
              of_channels + "[\"" + std::string(78, '4') + "…"),
      options(R"({"channels":[4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4]})",
              of_channels + "[4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4]"),
      options(R"({"channels":[4,8,8,8,8,8]})",
              "'channels' has more blocks than a picture of this size has room for"),
      options(R"({"convolutions":0})", "'convolutions' must be between 1 and 8, not 0"),
      options(R"({"convolutions":9223372036854775808})",
              "'convolutions' must be between 1 and 8, not 9223372036854775808"),
      options(R"({"kernel":4})", "'kernel' must be 3, 5 or 7"),
      options(R"({"kernel":9})", "'kernel' must be between 3 and 7, not 9"),
      options(R"({"hidden":8193})", "'hidden' must be between 0 and 8192, not 8193"),
      options(R"({"hidden":16.5})", "'hidden' must be a whole number, not 16.5"),
      options(R"({"dropout":1})", "'dropout' must be between 0 and 0.95, not 1"),
      options(R"({"dropout":1e999})", "a number is too large"),
      options(R"({"crop":5})", "'crop' must be between 0 and 4, not 5"),
      options(R"({"padding":"no"})", "'padding' must be true or false, not \"no\""),
      options(R"({"pooling":false,"pool_last":true})",
              "'pool_last' has no effect without 'pooling'"),
      with("options", R"({"channels":[1024,1024],"convolutions":8,"hidden":8192})",
           "tensor \"conv1.weight\" has shape [4,4,3,3], the network needs [1024,4,3,3]"),
      with("options", R"({"channels":[4,8],"hidden":0})",
           "tensor \"output.weight\" has shape [10,16], the network needs [10,72]"),
      with("options", R"({"channels":[4,8],"hidden":16,"batch_norm":false})",
           "tensor \"conv1.bias\" is missing"),
  };
}

std::vector<Row> broken_tensors() {
  return {
      without("conv1.weight"),
      without("norm1.running_mean"),
      without("norm2.running_var"),
      without("norm1.num_batches_tracked"),
      without("output.bias"),
      with_more("conv3.weight", "\"conv3.weight\""),
      with_more("Conv1.weight", "\"Conv1.weight\""),
      with_more("x\n\033[31m", R"("x\n\u001b[31m")"),
      with_more(std::string(2'000, 'x'), '"' + std::string(80, 'x') + "\"…"),
      other_shape("conv2.weight", {4, 8, 3, 3}, "[4,8,3,3], the network needs [8,4,3,3]"),
      other_shape("conv2.weight", {288}, "[288], the network needs [8,4,3,3]"),
      other_shape("conv2.weight", {8, 4, 3, 3, 1}, "[8,4,3,3,1], the network needs [8,4,3,3]"),
      other_shape("norm1.running_var", {}, "[], the network needs [4]"),
      other_shape("output.bias", {11}, "[11], the network needs [10]"),
      other_shape("output.bias", {0}, "[0], the network needs [10]"),
      other_type("output.bias", torch::kFloat64, "F64, the network needs F32"),
      other_type("output.weight", torch::kBFloat16, "BF16, the network needs F32"),
      other_type("norm1.weight", torch::kUInt8, "U8, the network needs F32"),
      other_type("norm1.num_batches_tracked", torch::kFloat32, "F32, the network needs I64"),
  };
}

std::vector<Row> broken_values() {
  const std::string not_finite = "contains values that are not finite";
  const std::string negative = "contains negative values";
  const std::string impossible = "contains statistics that no training gathers";
  std::vector<Row> rows = {
      one_value("conv1.weight", kNan, not_finite),
      one_value("conv2.weight", kInfinity, not_finite),
      one_value("hidden.weight", -kInfinity, not_finite),
      one_value("norm1.running_mean", kNan, not_finite),
      one_value("norm1.running_var", kNan, not_finite),
      one_value("norm2.running_var", kInfinity, not_finite),
      one_value("output.bias", kNan, not_finite),
      one_value("norm1.running_var", -1e-30F, negative),
      one_value("norm2.running_var", -kLargest, negative),
      one_value("norm1.running_mean", -1e19F, impossible),
      one_value("norm2.running_mean", kLargest, impossible),
      one_value("norm1.running_var", 1e37F, impossible),
      all_values("conv2.weight", kLargest, "3.4e+38"),
      all_values("norm1.weight", kLargest, "3.4e+38"),
      all_values("conv1.weight", -kLargest, "3.4e+38"),
      all_values("norm2.weight", kLargest, "3.4e+38"),
      all_values("hidden.weight", 3e38F, "3e+38"),
      all_values("output.weight", kLargest, "3.4e+38"),
  };
  rows.push_back({"a negative count",
                  [](DamagedModel& file) {
                    file.replace("norm1.num_batches_tracked", torch::tensor(std::int64_t{-3}));
                  },
                  "tensor \"norm1.num_batches_tracked\" contains negative values"});
  return rows;
}

std::vector<Row> broken_page_networks() {
  std::vector<Row> rows = {
      lacking("find_above"),
      with("network", "convnet",
           "'options' in the metadata: line 1: 'channels' must be a list of 1 to 16 whole numbers "
           "between 1 and 1024, not 8"),
      options(R"({"channels":7})", "'channels' must be between 8 and 256, not 7"),
      options(R"({"channels":[8]})", "'channels' must be a whole number, not [8]"),
      options(R"({"pairs":17})", "'pairs' must be between 1 and 16, not 17"),
      options(R"({"ink":0})", "'ink' must be between 8 and 256, not 0"),
      with("options", R"({"channels":8,"pairs":2,"ink":8})", "tensor \"conv3.weight\" is missing"),
      with("options", R"({"channels":8,"pairs":1,"ink":256})",
           "tensor \"ink.weight\" has shape [16,8,1,1], the network needs [16,256,1,1]"),
      without("maps.bias"),
      with_more("stem.bias", "\"stem.bias\""),
      other_shape("maps.weight", {20, 8, 1, 1}, "[20,8,1,1], the network needs [21,8,1,1]"),
      one_value("ink.weight", kNan, "contains values that are not finite"),
      one_value("stem_norm.running_var", -1, "contains negative values"),
      all_values("stem.weight", kLargest, "3.4e+38"),
      all_values("maps.weight", kLargest, "3.4e+38"),
      all_values("ink_hidden.bias", kLargest, "3.4e+38"),
  };
  for (const char* value : {"-1", "1.01", "NaN", "\"0.5\""}) {
    rows.push_back(beyond("find_above", value, "0.0 and 1.0", nlohmann::json(value).dump()));
  }
  return rows;
}

using Load = std::function<void(const std::filesystem::path&)>;

// Checks every row of the tables against the file that `load` refuses, and that no two rows share
// their message.
void check_rows(const std::function<void(const std::filesystem::path&)>& save, const Load& load,
                const std::vector<std::vector<Row>>& tables) {
  const TemporaryDirectory folder;
  const auto path = folder / "model.safetensors";
  save(path);
  load(path);  // sound; now Torch has made what it makes once
  const Bytes sound = read_file(path, 1 << 30);
  std::set<std::string> messages;
  std::size_t rows = 0;
  for (const auto& table : tables) {
    for (const Row& row : table) {
      INFO(row.fault << ": " << row.message);
      DamagedModel file(sound);
      row.damage(file);
      file.save(path);
      const testing::AllocationPeak peak;
      const std::string message = testing::refusal_of(load, path);
      CHECK(peak.bytes() < kMostMemory);
      CHECK(message == row.message);
      messages.insert(message);
      ++rows;
    }
  }
  CHECK(messages.size() == rows);
}

// A classifier of 151 MB, whose file has only the header; the rest is a hole.
void save_large_classifier(const std::filesystem::path& path, const std::string& temperature) {
  const ConvNetOptions large = {.channels = {4, 512}, .hidden = 8192};
  Model small;
  small.network = Classifier(ConvNetOptions{.channels = {4}, .hidden = 0});
  small.temperature = 2;
  std::map<std::string, std::string> metadata = classifier_metadata(small);
  metadata.insert({{"format", "mnist-toolkit model 1"},
                   {"network", "convnet"},
                   {"options", large.to_json().dump()},
                   {"training", "{}"}});
  metadata["temperature"] = temperature;
  nlohmann::json header = {{"__metadata__", metadata}};
  std::uint64_t end = 0;
  for (const auto& [name, shape] : expected_tensors(large.layers())) {
    const bool is_count = name.ends_with("num_batches_tracked");
    const std::uint64_t begin = end;
    end += is_count ? 8 : 4;
    for (const std::int64_t size : shape) end += (size - 1) * (end - begin);
    header[name] = {
        {"dtype", is_count ? "I64" : "F32"}, {"shape", shape}, {"data_offsets", {begin, end}}};
  }
  const std::string text = header.dump();
  Bytes file;
  for (int shift = 0; shift < 64; shift += 8) {
    file.push_back(static_cast<std::uint8_t>(std::uint64_t{text.size()} >> shift));
  }
  file.insert(file.end(), text.begin(), text.end());
  write_file_atomically(path, file);
  std::filesystem::resize_file(path, file.size() + end);
}

}  // namespace

TEST_CASE("a large model file is refused by its beginning", "[model]") {
  const TemporaryDirectory folder;
  const auto path = folder / "large.safetensors";
  const auto refusal = [&] {
    const testing::AllocationPeak peak;
    const std::string message =
        testing::refusal_of([](const auto& file) { load_model(file); }, path);
    CHECK(peak.bytes() < kMostMemory);
    return message;
  };
  save_large_classifier(path, "0");
  const std::uint64_t whole = std::filesystem::file_size(path);
  CHECK(whole > 150'000'000);
  CHECK(refusal() ==
        "'temperature' in the metadata must be a number between 0.001 and 1000.0, "
        "not \"0\"");
  save_large_classifier(path, "1");
  std::filesystem::resize_file(path, whole - 1);
  CHECK(refusal() == "truncated: tensor \"output.weight\" ends beyond the file");
  std::filesystem::resize_file(path, whole + 100'000'000);
  CHECK(refusal() == "100000000 unused bytes at the end");
  std::filesystem::resize_file(path, (std::uint64_t{1} << 30) + 1);
  CHECK(refusal() == "longer than the limit of 1073741824 bytes");
}

TEST_CASE("every malformed classifier is refused in its own words, in little memory", "[model]") {
  check_rows(save_sound_classifier, [](const auto& path) { load_model(path); },
             {broken_metadata(), broken_calibration(), broken_options(), broken_tensors(),
              broken_values()});
}

TEST_CASE("every malformed page network is refused in its own words, in little memory", "[model]") {
  check_rows(save_sound_finder, [](const auto& path) { load_finder(path); },
             {broken_page_networks()});
}

}  // namespace mnist

// docs/config.schema.json and RunConfig::read say the same: for every key of the schema, both
// accept or both refuse the same values. valijson validates.
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "mnist/base/error.h"
#include "mnist/bytes/json_document.h"
#include "mnist/train/config.h"

#include "support/torch_catch.h"

namespace mnist {
namespace {

using nlohmann::json;

const std::vector<std::string> kOptimizers = {"sgd", "adam", "adamw", "muon"};
const std::vector<std::string> kSchedules = {"constant", "step", "cosine", "one-cycle"};

// data.sources: sound ones, with every key that a resolved config has, and others.
const std::vector<json> kSources = {
    {{"pictures", "a"}, {"weight", 2.5}},
    {{"pixels", "a.csv"}, {"weight", 1000.0}, {"orientation", "mirrored"}, {"invert", true}},
    {{"images", "a"},
     {"labels", "b"},
     {"weight", 0.0001},
     {"orientation", "upright"},
     {"invert", false}},
    {{"pictures", "a"}, {"invert", true}},
    {{"pixels", "a"}, {"orientation", "askew"}},
    json::object(),
    {{"weight", 1}},
    {{"images", "a"}},
    {{"labels", "a"}},
    {{"pictures", "a"}, {"pixels", "b"}},
    {{"pictures", "a"}, {"images", "b"}},
    {{"pictures", "a"}, {"images", "b"}, {"labels", "c"}},
    {{"pixels", "a"}, {"images", "b"}, {"labels", "c"}},
    {{"pictures", ""}},
    {{"pictures", "a"}, {"pixels", ""}},
    {{"pictures", 3}},
    {{"pictures", "a"}, {"weight", 0}},
    {{"pictures", "a"}, {"weight", 1001}},
    {{"pictures", "a"}, {"weight", "1"}},
    {{"pictures", "a"}, {"surplus", 1}}};

std::string text_of(const std::string& file) {
  std::ifstream stream(std::string(MNIST_SOURCE_DIR) + "/" + file);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

const json& schema_document() {
  static const json document = json::parse(text_of("docs/config.schema.json"));
  return document;
}

bool schema_takes(const json& config) {
  static const auto schema = [] {
    auto parsed = std::make_unique<valijson::Schema>();
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(schema_document()), *parsed);
    return parsed;
  }();
  // Strict: 1 is not a string, and 2.5 is not an integer.
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  return validator.validate(*schema, valijson::adapters::NlohmannJsonAdapter(config), nullptr);
}

RunConfig read(const json& config) {
  return RunConfig::read(JsonDocument::parse(config.dump(), "test.json"));
}

bool parser_takes(const json& config) {
  try {
    read(config);
    return true;
  } catch (const Error&) {
    return false;
  }
}

// A key of the schema that has a value: where in a config, and what the schema says about it.
struct Leaf {
  json::json_pointer place;
  json rule;
};

void collect(const json& node, const json::json_pointer& place, std::vector<Leaf>& leaves) {
  if (node.contains("else") && !node.contains("properties")) {  // the classifier's model
    return collect(node["else"], place, leaves);
  }
  const json& rule =
      node.contains("$ref")
          ? schema_document().at(json::json_pointer(node["$ref"].get<std::string>().substr(1)))
          : node;
  if (rule["type"] != "object") {
    leaves.push_back({place, rule});
    return;
  }
  for (const auto& [key, child] : rule["properties"].items()) collect(child, place / key, leaves);
}

const std::vector<Leaf>& leaves() {
  static const auto all = [] {
    std::vector<Leaf> found;
    collect(schema_document(), json::json_pointer(), found);
    return found;
  }();
  return all;
}

// Values on both sides of every bound, and of every other type.
std::vector<json> candidates(const json& rule) {
  std::vector<json> values = {nullptr, true, "text", json::array(), json::object(), 0, 3, 2.5};
  if (rule.contains("default")) values.push_back(rule["default"]);
  if (rule.contains("minimum")) {
    const double low = rule["minimum"];
    const double high = rule["maximum"];
    const double middle = (low + high) / 2;
    values.insert(values.end(), {rule["minimum"], rule["maximum"], middle, low - 1, low - 1e-9});
    if (rule["type"] == "integer") {
      values.push_back(rule["minimum"].get<std::int64_t>() - 1);
      if (rule["maximum"] != INT64_MAX) {
        values.push_back(rule["maximum"].get<std::int64_t>() + 1);
      }
    } else {
      values.insert(values.end(), {high * 1.001, high + 1});
    }
  }
  for (const json& value : rule.value("enum", json::array())) {
    values.push_back(value);
    if (value.is_number()) {
      values.insert(values.end(), {value.get<int>() - 1, value.get<int>() + 1});
    }
  }
  if (rule.contains("items") && rule["items"]["type"] == "object") {
    for (const json& item : kSources) values.push_back(json::array({item}));
    values.push_back(std::vector<json>(rule["maxItems"], kSources.front()));
    values.push_back(std::vector<json>(1 + rule["maxItems"].get<std::size_t>(), kSources.front()));
    values.push_back(json::array({kSources.front(), "text"}));
  } else if (rule.contains("items")) {
    const json& item = rule["items"];
    for (std::size_t n = 0; n <= rule["maxItems"].get<std::size_t>() + 1; ++n) {
      values.push_back(std::vector<json>(n, item["maximum"]));
    }
    values.push_back(json::array({item["minimum"], item["maximum"]}));
    values.push_back(json::array({item["minimum"].get<int>() - 1}));
    values.push_back(json::array({item["maximum"].get<int>() + 1}));
    values.push_back(json::array({1.5}));
    values.push_back(json::array({"1"}));
  }
  if (rule.contains("pattern")) {
    for (const char* word : {"auto", "cpu", "cuda", "cuda:0", "cuda:12", "cuda:", "tpu", "", "CPU",
                             "cuda:x", "cuda:-1"}) {
      values.push_back(word);
    }
  }
  return values;
}

// Configs to which a key is added: every optimiser and schedule, since they decide which other keys
// are allowed. The model has room for any number of blocks, which no schema can know.
void for_each_base(const std::function<void(const json&)>& visit) {
  const json model = {{"space_to_depth", false}, {"crop", 0}, {"pooling", false}};
  visit({{"model", model}});
  for (const std::string& optimizer : kOptimizers) {
    for (const std::string& schedule : kSchedules) {
      visit({{"model", model},
             {"optimizer", {{"name", optimizer}}},
             {"schedule", {{"name", schedule}}}});
    }
  }
}

// `base` with `value` in `place`; pool_last is allowed only with pooling.
json with(json base, const json::json_pointer& place, const json& value) {
  if (place.back() == "pool_last") base["model"].erase("pooling");
  base[place] = value;
  return base;
}

}  // namespace

TEST_CASE("the schema and the parser take and refuse the same values of every key", "[train]") {
  std::map<std::string, int> taken;  // if everything is refused, nothing was compared
  for_each_base([&taken](const json& base) {
    REQUIRE(schema_takes(base));
    REQUIRE(parser_takes(base));
    for (const Leaf& leaf : leaves()) {
      for (const json& value : candidates(leaf.rule)) {
        const json config = with(base, leaf.place, value);
        const bool takes = schema_takes(config);
        INFO(config.dump());
        CHECK(parser_takes(config) == takes);
        taken[leaf.place.to_string()] += takes ? 1 : 0;
      }
    }
  });
  for (const auto& [place, count] : taken) {
    INFO(place);
    CHECK(count > 0);
  }
}

TEST_CASE("the schema and the parser agree about the other networks", "[train]") {
  const std::vector<std::pair<json, bool>> models = {
      {{{"name", "residual"}}, true},
      {{{"name", "residual"}, {"channels", {1, 1024}}, {"blocks", 16}, {"dropout", 0.95}}, true},
      {{{"name", "residual"}, {"channels", json::array()}}, false},
      {{{"name", "residual"}, {"channels", {1, 2, 3, 4, 5}}}, false},
      {{{"name", "residual"}, {"blocks", 17}}, false},
      {{{"name", "residual"}, {"dropout", 1}}, false},
      {{{"name", "residual"}, {"hidden", 16}}, false},
      {{{"name", "page"}}, true},
      {{{"name", "page"}, {"channels", 16}, {"pairs", 2}, {"ink", 8}}, true},
      {{{"name", "page"}, {"channels", 7}}, false},
      {{{"name", "page"}, {"pairs", 17}}, false},
      {{{"name", "page"}, {"hidden", 16}}, false},
      {{{"name", "page"}, {"channels", json::array({16})}}, false},
      {{{"name", "letter"}}, false},
  };
  for (const auto& [model, takes] : models) {
    INFO(model.dump());
    CHECK(schema_takes({{"model", model}}) == takes);
    CHECK(parser_takes({{"model", model}}) == takes);
  }
}

TEST_CASE("sources are for classifiers", "[train]") {
  json config = {{"data", {{"sources", json::array({kSources.front()})}}}};
  CHECK(parser_takes(config));
  config["model"] = {{"name", "residual"}};
  CHECK(parser_takes(config));
  config["model"] = {{"name", "page"}};
  CHECK_FALSE(parser_takes(config));
}

TEST_CASE("a key that the schema does not know is refused by the parser, anywhere", "[train]") {
  for (const char* place : {"/surplus", "/model/surplus", "/data/surplus", "/training/surplus",
                            "/optimizer/surplus", "/schedule/surplus", "/augmentation/surplus"}) {
    json config = json::object();
    config[json::json_pointer(place)] = 1;
    CHECK_FALSE(schema_takes(config));
    CHECK_FALSE(parser_takes(config));
  }
}

TEST_CASE("every key of a resolved config is in the schema, with the schema's default", "[train]") {
  for_each_base([](const json& base) {
    json config = base;
    config.erase("model");
    const json resolved = read(config).to_json();
    CHECK(schema_takes(resolved));
    for (const Leaf& leaf : leaves()) {
      if (!resolved.contains(leaf.place) || config.contains(leaf.place)) continue;
      INFO(leaf.place.to_string());
      CHECK(resolved[leaf.place] == leaf.rule["default"]);
    }
  });
}

TEST_CASE("a value that the parser takes is in the resolved config", "[train]") {
  for_each_base([](const json& base) {
    for (const Leaf& leaf : leaves()) {
      if (leaf.place.to_string() == "/$schema") continue;
      for (const json& value : candidates(leaf.rule)) {
        const json config = with(base, leaf.place, value);
        if (!parser_takes(config)) continue;
        INFO(config.dump());
        CHECK(read(config).to_json()[leaf.place] == value);
      }
    }
  });
}

TEST_CASE("pool_last without pooling is refused, in the schema too", "[train]") {
  const json config = {{"model", {{"pooling", false}, {"pool_last", true}}}};
  CHECK_FALSE(parser_takes(config));
  CHECK_FALSE(schema_takes(config));
}

TEST_CASE("early stopping needs a validation split, in the schema too", "[train]") {
  for (const int patience : {0, 1}) {
    for (const int validation : {0, 1}) {
      const json config = {{"training", {{"early_stopping", patience}}},
                           {"data", {{"validation", validation}}}};
      CHECK(parser_takes(config) == (patience == 0 || validation > 0));
      CHECK(schema_takes(config) == parser_takes(config));
    }
  }
}

TEST_CASE("every key of the schema is explained in docs/training.md", "[train]") {
  const std::string page = text_of("docs/training.md");
  for (const Leaf& leaf : leaves()) {
    if (leaf.place.to_string() == "/$schema") continue;
    INFO(leaf.place.to_string());
    CHECK(page.find("\n| `" + leaf.place.back() + "` |") != std::string::npos);
  }
}

TEST_CASE("the shipped configs are valid, and point to the schema", "[train]") {
  for (const auto& entry : std::filesystem::directory_iterator(MNIST_SOURCE_DIR "/configs")) {
    INFO(entry.path().string());
    const std::string text = text_of("configs/" + entry.path().filename().string());
    const json config = json::parse(text, nullptr, true, true);
    CHECK(schema_takes(config));
    CHECK(parser_takes(config));
    CHECK(config["$schema"] == "../docs/config.schema.json");
  }
}

}  // namespace mnist

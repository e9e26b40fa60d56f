#include "mnist/bytes/json_document.h"

#include <array>
#include <string>

#include "mnist/base/error.h"

#include "support/allocations.h"
#include "support/catch.h"
#include "unit/bytes/bytes_testing.h"

namespace mnist {
namespace {

using mnist::testing::error_of;

constexpr const char* kText = R"({
  // how long
  "training": {
    "epochs": 3,
    "batch_size": 64
  },
  "model": {"channels": [8, 16]}, /* widths */
  "seed": 7
})";

JsonDocument document() { return JsonDocument::parse(kText, "config.json"); }

}  // namespace

TEST_CASE("a document knows the line of each of its keys", "[bytes]") {
  const JsonDocument parsed = document();
  CHECK(parsed.line_of("training") == 3);
  CHECK(parsed.line_of("training.batch_size") == 5);
  CHECK(parsed.line_of("model.channels") == 7);
  CHECK(parsed.line_of("training.absent") == 0);
}

TEST_CASE("values are read where present, and defaults stay where absent", "[bytes]") {
  const JsonDocument parsed = document();
  JsonObjectReader training(parsed, "training");
  CHECK(training.number("epochs", 1.0, 0.0, 10.0) == 3.0);
  CHECK(training.integer("batch_size", 1, 1, 100) == 64);
  CHECK(training.number("smoothing", 0.25, 0.0, 1.0) == 0.25);
  CHECK(training.boolean("shuffle", true));
  training.finish();
  JsonObjectReader model(parsed, "model");
  CHECK(model.integers("channels", {}, 1, 100, 1, 4) == std::vector<std::int64_t>{8, 16});
  JsonObjectReader absent(parsed, "optimizer");
  CHECK(absent.string("name", "adamw") == "adamw");
}

TEST_CASE("a key that nobody reads is an error that names the nearest one", "[bytes]") {
  const JsonDocument parsed = document();
  JsonObjectReader training(parsed, "training");
  training.number("epochs", 1.0, 0.0, 10.0);
  training.integer("batchsize", 1, 1, 100);
  const Error error = error_of([&] { training.finish(); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(std::string(error.what()) ==
        "config.json: line 5: 'training.batch_size' is unknown; did you mean "
        "'training.batchsize'?");
}

TEST_CASE("a key far from every known one is called unknown and nothing more", "[bytes]") {
  const JsonDocument parsed = document();
  JsonObjectReader training(parsed, "training");
  training.number("epochs", 1.0, 0.0, 10.0);
  const Error error = error_of([&] { training.finish(); });
  CHECK(error.message() == "line 5: 'training.batch_size' is unknown");
}

TEST_CASE("wrong types and impossible values name key, line and range", "[bytes]") {
  const JsonDocument parsed = document();
  JsonObjectReader root(parsed, "");
  JsonObjectReader training(parsed, "training");
  CHECK(error_of([&] { training.integer("epochs", 1, 4, 9); }).message() ==
        "line 4: 'training.epochs' must be between 4 and 9, not 3");
  CHECK(error_of([&] { training.boolean("epochs", true); }).message() ==
        "line 4: 'training.epochs' must be true or false, not 3");
  CHECK(error_of([&] { root.string("seed", ""); }).message() ==
        "line 8: 'seed' must be a string, not 7");
  CHECK(error_of([&] { root.object("seed"); }).message() ==
        "line 8: 'seed' must be an object, not 7");
  JsonObjectReader model(parsed, "model");
  CHECK(error_of([&] { model.integers("channels", {}, 1, 10, 1, 4); })
            .message()
            .starts_with("line 7: 'model.channels' must be a list of 1 to 4 whole numbers"));
}

TEST_CASE("a list of objects is read one by one, each with its own lines", "[bytes]") {
  const JsonDocument parsed = JsonDocument::parse(
      "{\"data\": {\"sources\": [\n{\"weight\": 1},\n{\"weight\": 2},\n{\"wieght\": 3}]}, \"n\": "
      "[1]}",
      "c");
  JsonObjectReader root(parsed, "");
  JsonObjectReader data = root.object("data");
  auto sources = data.objects("sources", 5);
  REQUIRE(sources.size() == 3);
  CHECK(sources[1].number("weight", 0, 0, 9) == 2);
  CHECK(error_of([&] { sources[1].number("weight", 0, 3, 9); }).message() ==
        "line 3: 'data.sources.1.weight' must be between 3 and 9, not 2");
  sources[2].number("weight", 0, 0, 9);
  CHECK(error_of([&] { sources[2].finish(); }).message() ==
        "line 4: 'data.sources.2.wieght' is unknown; did you mean 'data.sources.2.weight'?");
  CHECK(data.objects("absent", 5).empty());
  CHECK(error_of([&] { data.objects("sources", 2); }).message() ==
        "line 1: 'data.sources' must be a list of at most 2 objects");
  CHECK(error_of([&] { root.objects("n", 2); }).message() ==
        "line 4: 'n' must be a list of at most 2 objects");
  CHECK(error_of([&] { JsonObjectReader(parsed, "n"); }).message() == "'n' must be an object");
}

TEST_CASE("a choice lists what there is to choose from", "[bytes]") {
  const JsonDocument parsed = JsonDocument::parse(R"({"name": "adma"})", "c");
  JsonObjectReader root(parsed, "");
  constexpr std::array<std::string_view, 2> kChoices = {"sgd", "adam"};
  CHECK(error_of([&] { root.choice("name", "sgd", kChoices); }).message() ==
        "line 1: 'name' must be one of sgd, adam, not 'adma'");
}

TEST_CASE("set() replaces and adds values, as JSON where it is JSON, else as text", "[bytes]") {
  JsonDocument parsed = document();
  parsed.set("training.epochs", "5", "--set");
  parsed.set("optimizer.name", "sgd", "--set");
  parsed.set("model.channels", "[4]", "--set");
  CHECK(parsed.root()["training"]["epochs"] == 5);
  CHECK(parsed.root()["optimizer"]["name"] == "sgd");
  CHECK(parsed.root()["model"]["channels"].size() == 1);
  CHECK(parsed.line_of("training.epochs") == 0);
  CHECK(error_of([&] { parsed.set("seed.deep", "1", "--set"); }).kind() == ErrorKind::kUsage);
  CHECK(error_of([&] { parsed.set("", "1", "--set"); }).kind() == ErrorKind::kUsage);
  CHECK(error_of([&] { parsed.set("a..b", "1", "--set"); }).kind() == ErrorKind::kUsage);
}

TEST_CASE("an error about a value that was set names who set it, not the document", "[bytes]") {
  JsonDocument parsed = document();
  parsed.set("training.epochs", "many", "--set a");
  parsed.set("optimizer.name", "sgd", "--set b");
  parsed.set("model", R"({"hidden": -1})", "--set c");
  const auto problem = [&](const std::string& object, const std::string& key) {
    return std::string(
        error_of([&] { JsonObjectReader(parsed, object).fail(key, "is wrong"); }).what());
  };
  CHECK(problem("training", "epochs") == "--set a: 'training.epochs' is wrong");
  CHECK(problem("training", "batch_size") == "config.json: line 5: 'training.batch_size' is wrong");
  CHECK(problem("training", "absent") == "config.json: 'training.absent' is wrong");
  CHECK(problem("", "optimizer") == "--set b: 'optimizer' is wrong");
  CHECK(problem("model", "hidden") == "--set c: 'model.hidden' is wrong");
  parsed.set("training", "{}", "--set d");
  CHECK(problem("training", "epochs") == "--set d: 'training.epochs' is wrong");
  CHECK(error_of([&] { parsed.set("seed.deep", "1", "--set e"); }).path() == "--set e");
}

TEST_CASE("text that is no JSON object is refused with its place, in plain words", "[bytes]") {
  const auto problem = [](const std::string& text) {
    return error_of([&] { JsonDocument::parse(text, "c"); }).message();
  };
  CHECK(problem("{\n\"a\": }") == "line 2: expected a value, found '}'");
  CHECK(problem("{\"a\": 1,\n}") == "line 2: expected a key in double quotes, found '}'");
  CHECK(problem("{\"a\": 1\n \"b\": 2}") == "line 2: expected ',' or '}', found '\"'");
  CHECK(problem("{\na: 1}") == "line 2: expected a key in double quotes, found 'a'");
  CHECK(problem("{\"a\" 1}") == "line 1: expected ':' after the key, found '1'");
  CHECK(problem("{\"a\":\n True\n}") == "line 2: expected a value, found 'True'");
  CHECK(problem("{\"a\": .5}") == "line 1: expected a value, found '.5'");
  CHECK(problem("{\"a\": “1”}") == "line 1: expected a value, found '“1”'");
  CHECK(problem("{\"a\": [1, 2}") == "line 1: expected ',' or ']', found '}'");
  CHECK(problem("{\"a\": 1\n") == "line 1: expected ',' or '}', found the end");
  CHECK(problem("{\"a\": \"x\n}") == "line 1: a quotation mark is not closed");
  CHECK(problem("{\"a\": \"x") == "line 1: a quotation mark is not closed");
  CHECK(problem("{\"a\":\n\"\\x\"}") == "line 2: in a text: forbidden character after backslash");
  CHECK(problem("{} /* x") == "line 1: a comment is not closed");
  CHECK(problem("{\"a\": 1e999}") == "line 1: a number is too large");
  CHECK(problem("[1]") == "does not contain a JSON object");
  CHECK(problem("") == "line 1: expected a value, found the end");
  CHECK(problem("{} {}") == "line 1: expected nothing more, found '{'");
  CHECK(problem("{\"a\": 1,\n \"a\": 2}") == "line 2: key 'a' is given twice");
  CHECK(problem(std::string("{}\0{}", 5)) == "contains a NUL character: not JSON");
  CHECK(problem("{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}")
            .find("nested more than 32") != std::string::npos);
}

TEST_CASE("the same key in different objects is no duplicate", "[bytes]") {
  CHECK(JsonDocument::parse(R"({"a.b": 1, "a": {"b": 2}})", "c").root().size() == 2);
  CHECK(JsonDocument::parse(R"({"a": [{"b": 1}, {"b": 2}, {"b": 3}]})", "c").root().size() == 1);
}

TEST_CASE("a document takes memory by its length, whatever its keys", "[bytes]") {
  // 100,000 keys within one of 300 kB: written out, their paths would take 30 GB.
  std::string text = "{\"" + std::string(300'000, 'k') + "\": {\"k0\": 0";
  for (int i = 1; i < 100'000; ++i) text += ",\"" + std::to_string(i) + "\":[]";
  const testing::AllocationPeak peak;
  const JsonDocument parsed = JsonDocument::parse(text + "}}", "c");
  CHECK(parsed.root().size() == 1);
  CHECK(peak.bytes() < std::int64_t{64} << 20);
}

TEST_CASE("an error shows no more of a document than fits on a line", "[bytes]") {
  const std::string longest(5000, 'x');
  const JsonDocument parsed =
      JsonDocument::parse("{\"" + longest + "\": \"" + longest + "\", \"a\\nb\": 1}", "c");
  JsonObjectReader root(parsed, "");
  CHECK(error_of([&] { root.integer(longest, 1, 0, 9); }).message() ==
        "line 1: '" + std::string(80, 'x') + "…' must be a whole number, not \"" +
            std::string(79, 'x') + "…");
  CHECK(error_of([&] { root.finish(); }).message() == "line 1: 'a?b' is unknown");
  const auto problem = [](const std::string& text) {
    return error_of([&] { JsonDocument::parse(text, "c"); }).message();
  };
  CHECK(problem("{\"a\": " + longest + "}") ==
        "line 1: expected a value, found '" + std::string(80, 'x') + "…'");
  CHECK(problem("{\"" + longest + "\": 1, \"" + longest + "\": 2}") ==
        "line 1: key '" + std::string(80, 'x') + "…' is given twice");
}

TEST_CASE("the nearest word is few edits away, or there is none", "[bytes]") {
  const std::set<std::string> words = {"epochs", "batch_size", "seed"};
  CHECK(nearest_word("epoch", words) == "epochs");
  CHECK(nearest_word("sed", words) == "seed");
  CHECK_FALSE(nearest_word("momentum", words));
  CHECK_FALSE(nearest_word("", words));
}

}  // namespace mnist

// mnist-train on your own pictures.
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/fixtures.h"
#include "support/catch.h"
#include "support/environment.h"
#include "support/process.h"

namespace mnist::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Trains a small network only on `sources`.
json config_of(const json& sources) {
  json config = json::parse(small_config());
  config["data"] = {
      {"train_images", ""}, {"train_labels", ""}, {"validation", 8}, {"sources", sources}};
  config["training"] = {{"epochs", 2}, {"batch_size", 16}};
  return config;
}

struct OwnPictures {
  TemporaryDirectory folder;
  fs::path pictures = folder / "mine";
  fs::path config = folder / "config.json";
  fs::path out = folder / "run";

  explicit OwnPictures(int count = 40) {
    run_program("mnist-generate",
                {"--pictures", "--count", std::to_string(count), "--out", pictures.string()});
  }

  Outcome train(const json& sources, std::vector<std::string> more = {}) const {
    write_text(config, config_of(sources).dump());
    if (std::ranges::find(more, "--out") == more.end()) {
      more.insert(more.begin(), {"--out", out.string()});
    }
    more.insert(more.begin(), {"--config", config.string()});
    return run_program("mnist-train", more);
  }
};

}  // namespace

TEST_CASE("pictures of one's own are trained on, and the run goes on exactly", "[train]") {
  const OwnPictures mine;
  const json sources = {{{"pictures", mine.pictures.string()}, {"weight", 2}}};
  const Outcome outcome = mine.train(sources);
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  CHECK(outcome.err.find("training on 64 images, 8 for validation") != std::string::npos);
  const auto prepared = [&] {
    const fs::directory_iterator files(mine.folder / "prepared");
    return std::distance(begin(files), end(files));
  };
  CHECK(prepared() == 1);
  // Another run on the same pictures uses what was kept; if that is damaged, it reads them again.
  const auto environment = [&](const std::string& name) {
    return json::parse(read_text(mine.folder / name / "environment.json"))["data"];
  };
  const auto run_again = [&](const std::string& name) {
    const Outcome again = mine.train(sources, {"--out", (mine.folder / name).string()});
    INFO(again.err);
    REQUIRE(again.exit_code == 0);
    CHECK(environment(name) == environment("run"));
    CHECK(prepared() == 1);
  };
  run_again("second");
  write_text(fs::directory_iterator(mine.folder / "prepared")->path(), "damaged");
  run_again("third");
  const Outcome longer =
      run_program("mnist-train", {"--resume", mine.out.string(), "--set", "training.epochs=3"});
  INFO(longer.err);
  CHECK(longer.exit_code == 0);
  fs::remove(mine.pictures / "0003_label3.png");
  const Outcome other =
      run_program("mnist-train", {"--resume", mine.out.string(), "--set", "training.epochs=4"});
  CHECK(other.exit_code == 2);
  CHECK(other.err.find("these are not the data the run was begun with") != std::string::npos);
}

TEST_CASE("pictures that cannot be used are named, the others are trained on", "[train]") {
  const OwnPictures mine;
  write_text(mine.pictures / "x_label4.png", "not a picture");
  write_text(mine.pictures / "notes.txt", "");
  const Outcome outcome = mine.train({{{"pictures", mine.pictures.string()}}});
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  CHECK(outcome.err.find("left out: " + (mine.pictures / "x_label4.png").string()) !=
        std::string::npos);
  CHECK(outcome.err.find("1 of 41 pictures are left out") != std::string::npos);
  CHECK(outcome.err.find("skipped 1 file without a label") != std::string::npos);
}

TEST_CASE("lists, pixels and IDX pairs are trained on together", "[train]") {
  const OwnPictures mine(20);
  std::string list = "path,label\n";
  for (int i = 0; i < 20; ++i) {
    const std::string number = (i < 10 ? "000" : "00") + std::to_string(i);
    list += "mine/" + number + "_label" + std::to_string(i % 10) + ".png," +
            std::to_string(i % 10) + "\n";
  }
  write_text(mine.folder / "list.csv", list);
  std::string pixels;
  for (int i = 0; i < 20; ++i) {
    pixels += std::to_string(i % 10);
    for (int p = 0; p < 784; ++p) pixels += (p + i) % 7 == 0 ? ",255" : ",0";
    pixels += "\n";
  }
  write_text(mine.folder / "pixels.csv", pixels);
  const json sources = {{{"pictures", (mine.folder / "list.csv").string()}},
                        {{"pixels", (mine.folder / "pixels.csv").string()}},
                        {{"images", (generated_data() / "train-images-idx3-ubyte").string()},
                         {"labels", (generated_data() / "train-labels-idx1-ubyte").string()},
                         {"weight", 0.1}}};
  const Outcome outcome = mine.train(sources, {"--data", generated_data().string()});
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  CHECK(outcome.out.find("test accuracy") != std::string::npos);
  // Of 2040 images 8 are held out; of the 1992 IDX ones left a tenth is taken.
  CHECK(outcome.err.find("training on 239 images, 8 for validation") != std::string::npos);
}

TEST_CASE("what is labelled as no digit is learned, and belongs to the data", "[train]") {
  const OwnPictures mine;
  const auto picture = [&](int i) {
    const std::string digit = std::to_string(i % 10);
    return "mine/00" + std::string(i < 10 ? "0" : "") + std::to_string(i) + "_label" + digit +
           ".png";
  };
  std::string digits;
  for (int i = 0; i < 30; ++i) {
    digits += json({{"path", picture(i)}, {"label", i % 10}}).dump() + "\n";
  }
  std::string none;
  for (int i = 30; i < 40; ++i)
    none += json({{"path", picture(i)}, {"label", "none"}}).dump() + "\n";
  const fs::path list = mine.folder / "labels.jsonl";
  write_text(list, digits + none);
  const json sources = {{{"pictures", list.string()}, {"weight", 0.5}}};
  const Outcome outcome = mine.train(sources);
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  CHECK(outcome.err.find("training on 11 images, 8 for validation") != std::string::npos);

  write_text(list, digits + none.substr(none.find('\n') + 1));
  const Outcome other =
      run_program("mnist-train", {"--resume", mine.out.string(), "--set", "training.epochs=3"});
  CHECK(other.exit_code == 2);

  write_text(list, none);
  fs::remove_all(mine.out);
  const Outcome nothing = mine.train(sources);
  CHECK(nothing.exit_code == 2);
  CHECK(nothing.err.find("'data.sources' contain only non-digits") != std::string::npos);
  const Outcome evaluation = run_program("mnist-eval", {"--images", list.string()});
  CHECK(evaluation.exit_code == 2);
  CHECK(evaluation.err.find("none of its pictures is labelled as a digit") != std::string::npos);
}

TEST_CASE("own pictures alone are tested on the test set of --data", "[train]") {
  const OwnPictures mine;
  const json sources = {{{"pictures", mine.pictures.string()}}};
  check_one_error_line(mine.train(sources, {"--data", "/absent"}), "/absent: ");
  const Outcome outcome = mine.train(sources, {"--data", generated_data().string()});
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  CHECK(outcome.out.find("test accuracy") != std::string::npos);
}

TEST_CASE("test images among the training images are counted", "[train]") {
  const OwnPictures mine(1);
  const json sources = {{{"images", (generated_data() / "t10k-images-idx3-ubyte").string()},
                         {"labels", (generated_data() / "t10k-labels-idx1-ubyte").string()},
                         {"weight", 2}}};
  const Outcome outcome = mine.train(sources, {"--data", generated_data().string(), "--dry-run"});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.find("t10k-images-idx3-ubyte: 500 images of the test set among them") !=
        std::string::npos);
}

TEST_CASE("images that lie on their side are warned of, and set upright if the config says so",
          "[train]") {
  const OwnPictures mine(1);
  const std::string emnist = (mine.folder / "emnist").string();
  REQUIRE(run_program("mnist-data", {"idx", (generated_data() / "train-images-idx3-ubyte").string(),
                                     "--orientation", "transposed", "--out", emnist})
              .exit_code == 0);
  json source = {{"images", emnist + "-images-idx3-ubyte"},
                 {"labels", emnist + "-labels-idx1-ubyte"}};
  const auto warned = [&] {
    const Outcome outcome =
        mine.train(json::array({source}), {"--data", generated_data().string(), "--dry-run"});
    INFO(outcome.err);
    CHECK(outcome.exit_code == 0);
    return outcome.err.find("set orientation to transposed") != std::string::npos;
  };
  CHECK(warned());
  source["orientation"] = "transposed";
  CHECK_FALSE(warned());

  // Also of the test set: the MNIST files of a folder have one form.
  const json config = {{"train_images", emnist + "-images-idx3-ubyte"},
                       {"train_labels", emnist + "-labels-idx1-ubyte"},
                       {"test_images", emnist + "-images-idx3-ubyte"},
                       {"test_labels", emnist + "-labels-idx1-ubyte"},
                       {"validation", 200},
                       {"orientation", "transposed"}};
  json whole = json::parse(small_config());
  whole["data"] = config;
  write_text(mine.config, whole.dump());
  const Outcome outcome =
      run_program("mnist-train", {"--config", mine.config.string(), "--out", mine.out.string(),
                                  "--data", mine.folder.path().string()});
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  CHECK(outcome.err.find("orientation") == std::string::npos);
  fs::create_directory(mine.folder / "t");
  for (const std::string end : {"-images-idx3-ubyte", "-labels-idx1-ubyte"}) {
    fs::rename(emnist + end, mine.folder / ("t/t10k" + end));
  }
  const auto accuracy = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"--model", mine.out.string(), "--data", (mine.folder / "t").string(),
                               "--format", "json"});
    const Outcome evaluation = run_program("mnist-eval", more);
    INFO(evaluation.err);
    REQUIRE(evaluation.exit_code == 0);
    return json::parse(evaluation.out)["accuracy"].get<double>();
  };
  CHECK(accuracy({"--orientation", "transposed"}) > accuracy({}) + 0.2);
}

TEST_CASE("sources that cannot be used are one line, and nothing is left", "[train]") {
  const OwnPictures mine(1);
  const auto refused = [&](const json& source, const std::string& text) {
    const Outcome outcome = mine.train(json::array({source}));
    INFO(outcome.err);
    check_one_error_line(outcome, text);
    CHECK_FALSE(fs::exists(mine.out));
  };
  refused({{"pictures", "/absent"}}, "/absent: no such folder or list");
  refused({{"pixels", "/absent.csv"}}, "/absent.csv: ");
  refused({{"pictures", "a"}, {"pixels", "b"}}, "must have 'pictures', or 'pixels'");
  refused({{"pictures", "a"}, {"invert", true}}, "are read as they are");
  refused({{"pixels", "a"}, {"orientation", "askew"}}, "orientation");
  fs::create_directories(mine.folder / "bad/0");
  write_text(mine.folder / "bad/0/a.png", "x");
  refused({{"pictures", (mine.folder / "bad").string()}},
          "none of its pictures (1) can be used; the first: ");
  CHECK_FALSE(fs::exists(mine.folder / "prepared"));
  refused({{"pictures", mine.pictures.string()}}, "'data.validation' is 8");
}

}  // namespace mnist::testing

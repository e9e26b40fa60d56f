// The tour of docs/your-own-pictures.md, from a folder of pictures to a model that reads them
// better, on drawn hands and with training shortened to seconds.
#include <filesystem>
#include <string>
#include <tuple>
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

const fs::path kTree = MNIST_SOURCE_DIR;

// One command of the tour; `shown`, its beginning, must be in the page.
Outcome step(const std::string& shown, const std::string& program,
             const std::vector<std::string>& arguments, int exit_code = 0) {
  static const std::string page = read_text(kTree / "docs" / "your-own-pictures.md");
  INFO(shown);
  CHECK(page.find(shown) != std::string::npos);
  std::vector<std::string> all = arguments;
  all.insert(all.end(), {"--threads", "1"});  // other tests run beside it
  const Outcome outcome = run_program(program, all);
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == exit_code);
  return outcome;
}

}  // namespace

TEST_CASE("the tour of your-own-pictures.md works, from pictures to a model", "[tour]") {
  const TemporaryDirectory folder;
  const std::string mine = (folder / "my-digits").string();
  const std::string held_out = (folder / "my-test").string();
  for (const auto& [where, count, seed] :
       {std::tuple{mine, "120", "11"}, std::tuple{held_out, "40", "12"}}) {
    REQUIRE(run_program("mnist-generate", {"--pictures", "--scenes", "--foreign", "--count", count,
                                           "--seed", seed, "--out", where})
                .exit_code == 0);
  }

  // A broken one among them is odd, which the exit code says.
  write_text(mine + "/scan_label3.png", "not a picture");
  const Outcome check = step("mnist-data check my-digits", "mnist-data", {"check", mine}, 1);
  CHECK(check.out.find("left out: " + mine + "/scan_label3.png") != std::string::npos);
  fs::remove(mine + "/scan_label3.png");
  const std::string sheet = (folder / "sheet.png").string();
  step("mnist-data sheet my-digits -o sheet.png", "mnist-data", {"sheet", mine, "-o", sheet});
  CHECK(fs::file_size(sheet) > 1000);
  step("mnist-data suspects my-digits -o suspects", "mnist-data",
       {"suspects", mine, "-o", (folder / "suspects").string()});

  const std::string doubtful = (folder / "doubtful").string();
  step("mnist-predict -r scans/ --review-to doubtful", "mnist-predict",
       {"-r", mine, "--review-to", doubtful});
  step("mnist-eval --images my-test", "mnist-eval", {"--images", held_out});

  // The config of the page, without what makes it take minutes.
  json config = json::parse(read_text(kTree / "configs" / "fine-tune.json"), nullptr, true, true);
  config["data"]["sources"] = {{{"images", (generated_data() / "train-images-idx3-ubyte").string()},
                                {"labels", (generated_data() / "train-labels-idx1-ubyte").string()},
                                {"weight", 0.1}},
                               {{"pictures", mine}, {"weight", 2}}};
  config["data"]["validation"] = 100;
  for (const char* more : {"hands", "finds", "outliers"}) config["data"][more] = 20;
  config["training"]["start_from"] = (kTree / "models" / "digits.safetensors").string();
  config["training"]["epochs"] = 1;
  const std::string short_config = (folder / "fine-tune.json").string();
  write_text(short_config, config.dump());
  const std::string run = (folder / "runs" / "mine").string();
  step("mnist-train --config configs/fine-tune.json --out runs/mine", "mnist-train",
       {"--config", short_config, "--out", run, "--data", generated_data().string()});

  const Outcome comparison =
      step("mnist-eval --images my-test --model runs/mine --compare models/digits.safetensors",
           "mnist-eval",
           {"--images", held_out, "--model", run, "--compare",
            (kTree / "models" / "digits.safetensors").string()});
  CHECK(comparison.out.find("McNemar") != std::string::npos);
  step("mnist-eval --model runs/mine", "mnist-eval",
       {"--model", run, "--data", generated_data().string()});
  const Outcome answer = step("mnist-predict --model runs/mine scan.png", "mnist-predict",
                              {"--model", run, pictures()[3]});
  CHECK(answer.out.find("\t3\t") != std::string::npos);
}

}  // namespace mnist::testing

#include "serve/flags.h"

#include <filesystem>
#include <system_error>

#include "mnist/base/error.h"

namespace mnist::app::serve {

Flags parse(int argc, const char* const* argv) {
  Flags flags;
  CLI::App app("Serves a web page on which digits are drawn or uploaded and read, and its API.");
  app.add_option("--model", flags.model, "Model file or run folder; default: the shipped model")
      ->type_name("FILE|RUN");
  app.add_option("--page-model", flags.page_model,
                 "Model file or run folder of the page network, which finds the digits; default: "
                 "the shipped one")
      ->type_name("FILE|RUN");
  app.add_option("--host", flags.host,
                 "Address to listen on; any but a loopback address requires a token")
      ->capture_default_str();
  app.add_option("--port", flags.port, "Port to listen on; 0: any free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  app.add_option("--allow-host", flags.allowed_hosts,
                 "Also answer to this host name; may be repeated")
      ->type_name("NAME")
      ->take_all();
  app.add_option("--token", flags.token,
                 "Token that requests must carry; default: $MNIST_SERVE_TOKEN, or a random one if "
                 "one is required")
      ->type_name("TOKEN");
  app.add_option("--timeout", flags.timeout, "Answer 503 if a picture takes longer to be read")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  app.add_option("--collect", flags.collect,
                 "Let people correct answers; keep their pictures and labels here, to train on")
      ->type_name("DIR");
  app.add_option("--review", flags.review,
                 "Serve a page that goes through the pictures in this folder, most doubtful first, "
                 "and saves their labels in the folder's labels.jsonl")
      ->type_name("DIR");
  app.add_flag("--open", flags.open, "Open the page in a browser");
  app.add_option("--device", flags.device.device, "auto, cpu, cuda or cuda:N")
      ->capture_default_str();
  app.add_option("--threads", flags.device.threads,
                 "Pictures prepared at the same time; 0: one per available processor")
      ->check(CLI::Range(0, 4096))
      ->capture_default_str();
  add_common_flags(app, flags.common,
                   "  mnist-serve --open\n"
                   "  mnist-serve --port 0 --model runs/best\n"
                   "  mnist-predict -r scans --review-to doubts && mnist-serve --review doubts\n"
                   "  mnist-serve --host 0.0.0.0 --allow-host digits.example.org\n"
                   "  curl --data-binary @scan.png http://localhost:8080/api/predict\n"
                   "  curl -F image=@scan.png http://localhost:8080/api/predict\n");
  parse_command_line(app, argc, argv);
  std::error_code unknown;  // opening them will tell
  if (!flags.collect.empty() && std::filesystem::weakly_canonical(flags.collect, unknown) ==
                                    std::filesystem::weakly_canonical(flags.review, unknown)) {
    throw Error(ErrorKind::kUsage, "--collect and --review need a folder each");
  }
  return flags;
}

}  // namespace mnist::app::serve

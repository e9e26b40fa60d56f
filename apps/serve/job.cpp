#include "serve/job.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <utility>

#include <nlohmann/json.hpp>
#include <openssl/rand.h>
#include <spawn.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "mnist/base/error.h"
#include "mnist/base/version.h"
#include "mnist/bytes/file.h"
#include "mnist/image/decode.h"
#include "mnist/model/device.h"
#include "mnist/model/model_file.h"
#include "mnist/read/finder.h"
#include "mnist/read/predictor.h"

#include "common/guard.h"
#include "common/interrupt.h"
#include "common/logging.h"
#include "common/memory.h"
#include "common/progress.h"
#include "common/shipped.h"
#include "common/threads.h"

namespace mnist::app::serve {
namespace {

// At least these: for the network, the connections, and one each to answer and to read.
constexpr int kOwnThreads = 4;

std::string random_token() {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw Error(ErrorKind::kIo, "the system provides no random numbers: set --token");
  }
  std::string token;
  for (const unsigned char byte : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    token += kDigits[byte >> 4];
    token += kDigits[byte & 0xf];
  }
  return token;
}

// Whoever can reach the address may ask; on a loopback address that is whoever is logged in here.
std::string token_of(const Flags& flags) {
  const char* environment = std::getenv("MNIST_SERVE_TOKEN");
  std::string token = flags.token;
  if (token.empty() && environment != nullptr) token = environment;
  if (token.empty() && !is_loopback(flags.host)) token = random_token();
  const bool plain = std::ranges::all_of(
      token, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; });
  if (!plain) {
    throw Error(ErrorKind::kUsage, "a token may contain only letters, digits, - and _");
  }
  return token;
}

std::string describe(const Model& model) {
  std::int64_t parameters = 0;
  for (const auto& parameter : model.network->parameters()) parameters += parameter.numel();
  return nlohmann::ordered_json({{"producer", std::string("mnist-toolkit ") + kVersion},
                                 {"network", network_name(model.network->options)},
                                 {"options", options_json(model.network->options)},
                                 {"parameters", parameters},
                                 {"temperature", model.temperature},
                                 {"reject_below", model.reject_below},
                                 {"accept_above", model.accept_above},
                                 {"training", model.training}})
      .dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Batcher::Predict predict_with(std::shared_ptr<Predictor> predictor) {
  return [predictor = std::move(predictor)](std::span<const Find> finds) {
    // For a few digits at a time, more threads cost more than they gain; and the number is set per
    // calling thread, which is not the one that made the network.
    thread_local const int threads = set_threads(1);
    static_cast<void>(threads);
    return predictor->predict(finds);
  };
}

Reader::FindDigits find_with(std::shared_ptr<Finder> finder) {
  return [finder = std::move(finder)](const Image& image) {
    thread_local const int threads = set_threads(1);  // as above
    static_cast<void>(threads);
    return finder->find(image);
  };
}

// The spdlog sinks used here are single-threaded.
void log_line(const std::string& line, bool is_fault) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  if (is_fault) {
    spdlog::error("{}", line);
  } else {
    spdlog::debug("{}", line);
  }
}

// Reads every picture of the folder once; stops on Ctrl-C.
std::vector<ReviewedPicture> reviewed(const std::filesystem::path& folder, Reader& reader,
                                      const CommonFlags& flags) {
  const FolderPictures found = pictures_to_review(folder);
  if (found.left_out > 0) {
    spdlog::warn(
        "{}: {} more pictures are left out: at most {} are reviewed, and only those that can be "
        "read and whose names are UTF-8",
        folder.string(), found.left_out, kMostReviewed);
  }
  ProgressBar bar(flags);
  std::vector<ReviewedPicture> pictures;
  for (const std::string& name : found.names) {
    if (interrupted()) break;
    bar.update("reading", static_cast<double>(pictures.size()),
               static_cast<double>(found.names.size()), name);
    try {
      const Page page = reader.page(read_file(folder / name, kMaxPictureBytes),
                                    Clock::now() + std::chrono::hours(24));
      const Prediction prediction = only_digit(page);
      pictures.push_back({.name = name,
                          .digit = prediction.digit,
                          .confidence = prediction.confidence,
                          .reason = prediction.rejection ? to_string(*prediction.rejection) : ""});
    } catch (const Error& error) {
      spdlog::warn("{}", error.with_path((folder / name).string()).what());
    } catch (const std::exception& error) {  // out of memory, OpenCV: fails only this picture
      spdlog::warn("{}: cannot be processed: {}", (folder / name).string(), error.what());
    }
  }
  return pictures;
}

std::string url_of(const std::string& host, int port, const std::string& page,
                   const std::string& token) {
  std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (host == "0.0.0.0" || host == "::") {  // all interfaces: not an address to open
    std::array<char, 256> machine{};
    name = gethostname(machine.data(), machine.size() - 1) == 0 ? machine.data() : "localhost";
  }
  std::string url = "http://" + name + ":" + std::to_string(port) + "/" + page;
  if (!token.empty()) url += "#token=" + token;
  return url;
}

void open_browser(const std::string& url) {
  std::string program = "xdg-open";
  std::string argument = url;
  const std::array<char*, 3> argv = {program.data(), argument.data(), nullptr};
  pid_t child = 0;
  if (posix_spawnp(&child, program.c_str(), nullptr, nullptr, argv.data(), environ) != 0) {
    spdlog::warn("no browser could be opened (xdg-open is missing)");
  }
}

}  // namespace

Job resolve(const Flags& flags) {
  set_up_logging(flags.common);
  const std::string token = token_of(flags);
  keep_freed_memory();
  set_allowed_threads(1, 0, kOwnThreads);
  const PredictorOptions options{.device = select_device(flags.device.device)};
  auto predictor = std::make_shared<Predictor>(load_model(model_path(flags.model)), options);
  const std::string model = describe(predictor->models().front());

  Job job;
  const int at_once = flags.device.threads > 0 ? flags.device.threads : usual_threads();
  job.reader = std::make_unique<Reader>(
      find_with(std::make_shared<Finder>(load_finder(page_model_path(flags.page_model)))),
      predict_with(std::move(predictor)), at_once);
  if (!flags.collect.empty()) job.corrections = std::make_unique<Corrections>(flags.collect);
  if (!flags.review.empty()) job.review = std::make_unique<Review>(flags.review);
  ServerOptions server{
      .host = flags.host, .port = flags.port, .hosts = flags.allowed_hosts, .token = token};
  server.corrections = job.corrections.get();
  server.review = job.review.get();
  server.patience = std::chrono::milliseconds(std::llround(1000 * flags.timeout));
  std::array<char, 256> machine{};
  if (!is_loopback(flags.host) && gethostname(machine.data(), machine.size() - 1) == 0) {
    server.hosts.emplace_back(machine.data());
  }
  job.server = std::make_unique<Server>(
      server,
      [reader = job.reader.get()](std::span<const std::uint8_t> picture, bool with_input,
                                  Clock::time_point until) {
        return reader->read(picture, with_input, until);
      },
      model, log_line);
  if (job.review) {  // after binding, which fails at once if at all
    catch_interrupts();
    if (job.review->show(reviewed(flags.review, *job.reader, flags.common)) == 0 &&
        !interrupted()) {
      throw Error(ErrorKind::kIo, "contains no picture to review", flags.review);
    }
  }
  job.url =
      url_of(flags.host, job.server->port(), flags.review.empty() ? "" : "review.html", token);
  job.open = flags.open;
  return job;
}

int run(Job& job, std::ostream& out) {
  catch_interrupts();
  if (interrupted()) return kSuccess;
  out << job.url << '\n';
  flush_results(out);
  spdlog::info("Serving at this address; press Ctrl-C to stop.");
  if (job.open) open_browser(job.url);
  if (!job.server->run(interrupted)) {
    spdlog::warn("ended before a picture was read: it took too long");
    end_now(kSuccess);
  }
  return kSuccess;
}

}  // namespace mnist::app::serve

// What the flags mean, and doing it.
#pragma once

#include <memory>
#include <ostream>
#include <string>

#include "serve/flags.h"
#include "serve/reader.h"
#include "serve/server.h"

namespace mnist::app::serve {

struct Job {
  std::unique_ptr<Reader> reader;
  std::unique_ptr<Corrections> corrections;
  std::unique_ptr<Review> review;
  std::unique_ptr<Server> server;  // bound, not answering yet
  std::string url;                 // of the page, or the review, with the token if any
  bool open = false;
};

// Loads the model, finds the device and binds. Throws Error.
Job resolve(const Flags& flags);

// Writes the page's URL to `out` and answers requests until SIGINT or SIGTERM. Returns kSuccess.
int run(Job& job, std::ostream& out);

}  // namespace mnist::app::serve

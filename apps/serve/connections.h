// TCP connections that wait for a request cost no thread: one thread holds them all until the head
// of a request has arrived, then a worker answers it. So a thousand idle connections, or a thousand
// that send a byte a second, do not keep others from being served. Requests with a body never
// occupy all workers, so those without one are answered at once.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <sys/types.h>

namespace mnist::app::serve {

struct ConnectionLimits {
  std::size_t most = 512;  // connections held; the longest idle makes room for a new one
  std::size_t head_bytes = 16 * 1024;        // of request line and headers
  std::chrono::milliseconds idle{5000};      // between requests
  std::chrono::milliseconds head{5000};      // from the first byte of a head to its last
  std::chrono::milliseconds turn{8000};      // until a worker is free for a request
  std::chrono::milliseconds request{20000};  // for the body to arrive
  std::chrono::milliseconds drain{3000};     // for the requests in progress when the server stops
  int requests = 1000;                       // answered on one connection
  int workers = 16;                          // requests in progress at the same time, 1 or more
};

// A connection whose next request has its head in `read`. Used by one thread at a time.
class Connection {
 public:
  explicit Connection(int socket) : socket_(socket) {}
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int socket() const { return socket_; }
  // Bytes of the request, including the head: first what has arrived already, then from the
  // network.
  // 0 at its end, -1 on an error or when the request's time is over.
  ssize_t read(char* bytes, std::size_t size);
  // All of `bytes`, or false: on an error, or if the peer does not take them in time.
  bool write(std::string_view bytes);

  std::size_t head_size() const { return head_size_; }  // to the end of the empty line
  std::size_t consumed() const { return consumed_; }    // by read(), of this request
  bool last() const { return last_; }  // the connection will be closed after this request

 private:
  friend class Connections;
  using Clock = std::chrono::steady_clock;
  enum class State { kIdle, kHead, kRequest, kLingering };

  // Takes what the network has, without waiting. False at the end of the stream or on an error.
  bool receive(std::size_t most);
  bool send_until(std::string_view bytes, Clock::time_point until);
  bool wait(short events, Clock::time_point until) const;

  int socket_;
  std::string buffer_;
  std::size_t taken_ = 0;  // of the buffer, by read()
  std::size_t head_size_ = 0;
  std::size_t consumed_ = 0;
  State state_ = State::kIdle;
  Clock::time_point deadline_;
  int answered_ = 0;
  bool last_ = false;
  bool has_body_ = false;  // this request has one, judging by its method
};

class Connections {
 public:
  // What happens to a connection after a request.
  enum class Next {
    kKeep,   // wait for the next request
    kClose,  // nothing is left to read
    kLinger  // the peer still sends an unwanted body: let it read the answer first
  };
  // Answers one request. Called from several threads; must not throw.
  using Answer = std::function<Next(Connection&)>;
  // The whole response to a request that no worker answers: 408, 431 or 503.
  using Refusal = std::function<std::string(int status)>;

  // Starts as many workers as the system allows. Throws Error{kIo} if it allows none.
  Connections(const ConnectionLimits& limits, Answer answer, Refusal refusal);
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  // Takes over an accepted socket. Thread-safe.
  void add(int socket);
  // Closes idle connections, answers the requests that have begun to arrive, and returns when all
  // threads have ended. After limits.drain, `give_up` is called, upon which answers must come at
  // once; then what is still open is closed, so this takes little more than limits.drain. Nothing
  // may be added after that.
  void drain(std::function<void()> give_up);

 private:
  using Held = std::unique_ptr<Connection>;

  void start();
  void stop();
  void hold();  // the thread that waits
  void work();  // each worker
  void wake() const;
  void hand_back(Held connection);
  void handle_events();
  void take_in(std::vector<Held> arrived);
  void end_late(bool draining);
  void refuse_late();
  void cut_off();
  bool has_room();
  bool can_work() const;
  void on_readable(int socket);
  void on_deadline(Connection& connection);
  void refuse(Connection& connection, int status);
  void drop(int socket) { waiting_.erase(socket); }
  bool becomes_request(Connection& connection) const;

  ConnectionLimits limits_;
  Answer answer_;
  Refusal refusal_;
  int epoll_ = -1;
  int wake_ = -1;

  std::mutex mutex_;
  std::condition_variable ready_changed_;
  std::vector<Held> arrived_;  // new, or back from a worker
  std::deque<Held> quick_;     // with the head of a request that has no body
  std::deque<Held> posts_;     // with the head of one that may have one
  std::unordered_set<int> in_work_;
  int posts_in_work_ = 0;
  int most_posts_ = 0;
  bool draining_ = false;
  Connection::Clock::time_point drain_end_;
  std::function<void()> give_up_;
  bool finished_ = false;

  std::unordered_map<int, Held> waiting_;  // the holding thread's own
  std::vector<std::thread> threads_;
};

}  // namespace mnist::app::serve

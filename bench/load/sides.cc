#include "sides.h"

namespace load {

std::unique_ptr<Sender> make_sender(const Options& options, Acknowledgements& acknowledgements) {
  return options.client == "millrace" ? make_millrace_sender(options, acknowledgements)
                                      : make_librdkafka_sender(options, acknowledgements);
}

std::unique_ptr<Receiver> make_receiver(const Options& options, From from) {
  return options.client == "millrace" ? make_millrace_receiver(options, from)
                                      : make_librdkafka_receiver(options, from);
}

}  // namespace load

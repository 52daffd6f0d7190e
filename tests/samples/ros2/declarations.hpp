/* The part of ROS 2's interface that samples/ros2 uses, declared so that its source is compiled where ROS 2 is not installed. Nothing here runs. */
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace builtin_interfaces::msg {
struct Time {};
}  // namespace builtin_interfaces::msg
namespace std_msgs::msg {
struct Header {
  builtin_interfaces::msg::Time stamp;
};
struct Float32MultiArray {
  using ConstSharedPtr = std::shared_ptr<const Float32MultiArray>;
  std::vector<float> data;
};
}  // namespace std_msgs::msg
namespace sensor_msgs::msg {
struct Image {
  using ConstSharedPtr = std::shared_ptr<const Image>;
  std_msgs::msg::Header header;
  uint32_t height, width, step;
  std::string encoding;
  std::vector<uint8_t> data;
};
}  // namespace sensor_msgs::msg
namespace diagnostic_msgs::msg {
struct KeyValue {
  std::string key, value;
};
struct DiagnosticStatus {
  static constexpr unsigned char OK = 0, WARN = 1;
  unsigned char level;
  std::string name;
  std::vector<KeyValue> values;
};
struct DiagnosticArray {
  std_msgs::msg::Header header;
  std::vector<DiagnosticStatus> status;
};
}  // namespace diagnostic_msgs::msg
namespace rcl_interfaces::msg {
struct SetParametersResult {
  bool successful;
  std::string reason;
};
}  // namespace rcl_interfaces::msg

enum rcl_clock_type_t { RCL_SYSTEM_TIME };

namespace rclcpp {
struct Duration {
  int64_t nanoseconds() const;
};
struct Time {
  Time(const builtin_interfaces::msg::Time &, rcl_clock_type_t);
  Duration operator-(const Time &) const;
  operator builtin_interfaces::msg::Time() const;
};
struct Clock {
  using SharedPtr = std::shared_ptr<Clock>;
  Time now();
  rcl_clock_type_t get_clock_type() const;
};
struct Logger {};
struct QoS {
  explicit QoS(std::size_t);
  QoS &keep_last(std::size_t);
  QoS &reliable();
  QoS &transient_local();
};
struct SensorDataQoS : QoS {
  SensorDataQoS();
};
struct Parameter {
  const std::string &get_name() const;
  std::string as_string() const;
  double as_double() const;
  int64_t as_int() const;
};
template <typename Message>
struct Subscription {
  using SharedPtr = std::shared_ptr<Subscription>;
};
struct TimerBase {
  using SharedPtr = std::shared_ptr<TimerBase>;
};
struct CallbackGroup {
  using SharedPtr = std::shared_ptr<CallbackGroup>;
};
enum class CallbackGroupType { MutuallyExclusive, Reentrant };
struct SubscriptionOptions {
  CallbackGroup::SharedPtr callback_group;
};
struct ExecutorOptions {};
struct PreShutdownCallbackHandle {};
struct Context {
  using SharedPtr = std::shared_ptr<Context>;
  PreShutdownCallbackHandle add_pre_shutdown_callback(std::function<void()>);
};
namespace contexts {
Context::SharedPtr get_global_default_context();
}  // namespace contexts
namespace node_interfaces {
struct OnSetParametersCallbackHandle {
  using SharedPtr = std::shared_ptr<OnSetParametersCallbackHandle>;
};
struct NodeBaseInterface {};
}  // namespace node_interfaces
namespace executors {
struct MultiThreadedExecutor {
  MultiThreadedExecutor(const ExecutorOptions &, std::size_t);
  void add_node(std::shared_ptr<node_interfaces::NodeBaseInterface>);
  void spin();
};
}  // namespace executors
void init(int, char const *const *);
bool shutdown();
void log(const Logger &, const char *, ...) __attribute__((format(printf, 2, 3)));
}  // namespace rclcpp

#define RCLCPP_INFO(logger, ...) rclcpp::log(logger, __VA_ARGS__)
#define RCLCPP_WARN(logger, ...) rclcpp::log(logger, __VA_ARGS__)
#define RCLCPP_ERROR(logger, ...) rclcpp::log(logger, __VA_ARGS__)
#define RCLCPP_WARN_THROTTLE(logger, clock, ms, ...) ((void)(clock).now(), (void)(ms), rclcpp::log(logger, __VA_ARGS__))

namespace rclcpp_lifecycle {
struct State {};
namespace node_interfaces {
struct LifecycleNodeInterface {
  enum class CallbackReturn : uint8_t { SUCCESS, FAILURE, ERROR };
  virtual CallbackReturn on_configure(const State &);
  virtual CallbackReturn on_cleanup(const State &);
  virtual CallbackReturn on_activate(const State &);
  virtual CallbackReturn on_deactivate(const State &);
  virtual CallbackReturn on_shutdown(const State &);
  virtual CallbackReturn on_error(const State &);
  virtual ~LifecycleNodeInterface();
};
}  // namespace node_interfaces
template <typename Message>
struct LifecyclePublisher {
  using SharedPtr = std::shared_ptr<LifecyclePublisher>;
  void publish(const Message &);
};
struct LifecycleNode : node_interfaces::LifecycleNodeInterface {
  explicit LifecycleNode(const std::string &);
  template <typename Value>
  void declare_parameter(const std::string &, const Value &);
  rclcpp::Parameter get_parameter(const std::string &) const;
  template <typename Message, typename Callback>
  typename rclcpp::Subscription<Message>::SharedPtr create_subscription(const std::string &, const rclcpp::QoS &, Callback &&callback,
                                                                        const rclcpp::SubscriptionOptions &) {
    std::function<void(std::shared_ptr<const Message>)> taken = callback;
    return nullptr;
  }
  template <typename Message>
  typename LifecyclePublisher<Message>::SharedPtr create_publisher(const std::string &, const rclcpp::QoS &);
  rclcpp::CallbackGroup::SharedPtr create_callback_group(rclcpp::CallbackGroupType);
  rclcpp::TimerBase::SharedPtr create_wall_timer(std::chrono::nanoseconds, std::function<void()>, rclcpp::CallbackGroup::SharedPtr = nullptr);
  rclcpp::node_interfaces::OnSetParametersCallbackHandle::SharedPtr add_on_set_parameters_callback(
      std::function<rcl_interfaces::msg::SetParametersResult(const std::vector<rclcpp::Parameter> &)>);
  rclcpp::Logger get_logger() const;
  rclcpp::Clock::SharedPtr get_clock();
  const char *get_name() const;
  std::shared_ptr<rclcpp::node_interfaces::NodeBaseInterface> get_node_base_interface();
};
}  // namespace rclcpp_lifecycle

// Everything public, in one include; testing.h is apart.
#pragma once

#include "millrace/admin.h"
#include "millrace/broker.h"
#include "millrace/client.h"
#include "millrace/client_error.h"
#include "millrace/clock.h"
#include "millrace/consumer.h"
#include "millrace/directory_reader.h"
#include "millrace/error_code.h"
#include "millrace/executor.h"
#include "millrace/group_lag.h"
#include "millrace/options.h"
#include "millrace/producer.h"
#include "millrace/record.h"
#include "millrace/result.h"
#include "millrace/topic.h"
#include "millrace/version.h"

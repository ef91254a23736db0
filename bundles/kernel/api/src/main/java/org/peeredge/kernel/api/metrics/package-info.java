// SPDX-License-Identifier: Apache-2.0
/** Counters and gauges without a metrics library behind them. */
@NullMarked
@Export
@Version("0.1.0")
package org.peeredge.kernel.api.metrics;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;

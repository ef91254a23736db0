// SPDX-License-Identifier: Apache-2.0
/** The strategy family: pure functions from what is seen to a plan. */
@NullMarked
@Export
@Version("0.1.0")
package org.peeredge.routing.api.strategy;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;

// SPDX-License-Identifier: Apache-2.0
/** Plugins found by type, used under leases, drained and tripped off. */
@NullMarked
@Export
@Version("0.3.0")
package org.peeredge.kernel.api.plugin;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;

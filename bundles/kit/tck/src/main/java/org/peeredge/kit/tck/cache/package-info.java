// SPDX-License-Identifier: Apache-2.0
/** What every cache policy must do. */
@NullMarked
@Export
@Version("0.1.0")
package org.peeredge.kit.tck.cache;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;

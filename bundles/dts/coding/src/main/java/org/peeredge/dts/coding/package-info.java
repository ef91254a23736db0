// SPDX-License-Identifier: Apache-2.0
/** What block codes share: arithmetic over memory, the shape of a block, its bytes in memory. */
@NullMarked
@Export
@Version("0.1.0")
package org.peeredge.dts.coding;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;

// SPDX-License-Identifier: Apache-2.0
/** Receipts: what members have signed about the bytes that one delivered to another. */
@NullMarked
@Export
@Version("0.1.0")
package org.peeredge.dts.api.receipt;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;

// SPDX-License-Identifier: Apache-2.0
/** The codec family: turns groups of pieces into symbols and back. */
@NullMarked
@Export
@Version("0.2.0")
package org.peeredge.dts.api.codec;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;

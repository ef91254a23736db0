// SPDX-License-Identifier: Apache-2.0
/** The cache family: which blobs are worth their room. */
@NullMarked
@Export
@Version("0.1.0")
package org.peeredge.dts.api.cache;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;

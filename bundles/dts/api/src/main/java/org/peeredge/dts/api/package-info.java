// SPDX-License-Identifier: Apache-2.0
/** Content: its names, its pieces, where it is kept and how it is fetched. */
@NullMarked
@Export
@Version("0.5.0")
package org.peeredge.dts.api;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;

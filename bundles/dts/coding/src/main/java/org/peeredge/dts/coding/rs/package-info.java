// SPDX-License-Identifier: Apache-2.0
/** Systematic Cauchy Reed-Solomon codes, over any kernel. */
@NullMarked
@Export
@Version("0.1.0")
package org.peeredge.dts.coding.rs;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;

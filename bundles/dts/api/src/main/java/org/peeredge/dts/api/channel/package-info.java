// SPDX-License-Identifier: Apache-2.0
/** The channel family: moves frames between two members. */
@NullMarked
@Export
@Version("0.2.0")
package org.peeredge.dts.api.channel;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;

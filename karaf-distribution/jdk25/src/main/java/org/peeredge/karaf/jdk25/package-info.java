// SPDX-License-Identifier: Apache-2.0
/** Build tool that rewrites the Karaf classes which still call what JDK 24 took away. */
@NullMarked
package org.peeredge.karaf.jdk25;

import org.jspecify.annotations.NullMarked;

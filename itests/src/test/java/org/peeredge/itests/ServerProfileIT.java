// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.io.IOException;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;

/** The server profile alone in the full assembly. */
public class ServerProfileIT extends ProfileExam {
    /** For Pax Exam. */
    public ServerProfileIT() {
        super("peeredge-profile-server");
    }

    /** The container of this class. */
    @Configuration
    public static Option[] container() throws IOException {
        return ExamSetup.options("full", "peeredge-profile-server");
    }
}

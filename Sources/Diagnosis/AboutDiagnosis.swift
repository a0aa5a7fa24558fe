// Diagnosis
// =========
//
// Role. Says what is wrong with a host before its users do: `understudyctl doctor`. The cases are those that most often
// cost people an evening with VRRP and IPVS, none of which a daemon can repair by itself.
//
// Shape. `HostFacts` is everything that was found out: what the configuration wants (`Intent`), and what the host and its
// links are like. `HostFacts.findings` judges it. Judging is pure, each judgement a function of a few facts; finding out
// is Daemon's business (Doctor). What could not be found out is nil, and a judgement says nothing about it: the gatherer
// tells what it could not look at.
//
// Terms. A *finding* has a severity, says what is the case and what comes of it, and names the commands that mend it.
// *Trouble* means that something does not work, a *warning* that it will not under some circumstances.
//
// Sources: kernel documentation (ip-sysctl, ipvs-sysctl), RFC 5227 (ARP probes), RFC 9568, and what operators report.

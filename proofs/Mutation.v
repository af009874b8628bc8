(* Mutations: what many policies write into one object.

   Mirrors engine/interlock/kernel/mutation: three strata, defaults, then
   clamps and unions, then locks. Guards of a stratum, and merges, read the
   object as it was before the stratum. An object is what there is at each
   place. A list counts as the set of its items: the number whose bits say which. *)

From Coq Require Import List Bool Arith ZArith Lia.
From Interlock Require Import Semilattice Limits Signals.
Import ListNotations.

Inductive value :=
  | Whole (n : Z)
  | Items (s : N)
  | Other (t : nat).

Definition value_dec : forall v w : value, {v = w} + {v <> w}.
Proof. decide equality; auto using Z.eq_dec, N.eq_dec, Nat.eq_dec. Defined.

Definition object : Type := nat -> option value.

Inductive change :=
  | Default (v : value)
  | Clamp (low high : option Z)
  | Unite (s : N)
  | Lock (v : value) (instead : list value). (* of these alone; of whatever is there where it names none *)

Record write := Write {
  target : nat;
  by_layer : nat;
  makes : change;
  reads : list nat; (* the places that its guard reads *)
  guard : list (option value) -> outcome; (* of what is there *)
}.

Definition stratum (w : write) : nat :=
  match makes w with
  | Default _ => 1
  | Clamp _ _ | Unite _ => 2
  | Lock _ _ => 3
  end.

Definition guarded (w : write) (x : object) : outcome := guard w (map x (reads w)).

(* The writes of stratum `k` to the place `p`, and those of them whose guards are true, or err. *)
Definition aims (k p : nat) (w : write) : bool := (stratum w =? k) && (target w =? p).

Definition asked (k : nat) (ws : list write) (x : object) (p : nat) : list write :=
  filter (fun w => aims k p w && match guarded w x with T => true | _ => false end) ws.

Definition broken (k : nat) (ws : list write) (x : object) (p : nat) : bool :=
  existsb (fun w => aims k p w && match guarded w x with E => true | _ => false end) ws.

(* What the writes give, merged: by a join each. *)

Definition constant (w : write) : list value :=
  match makes w with
  | Default v | Lock v _ => [v]
  | _ => []
  end.

Definition stated (acts : list write) : list (nat * flat value) :=
  flat_map (fun w => map (fun v => (by_layer w, Only v)) (constant w)) acts.

Definition highest (acts : list write) : option (nat * flat value) :=
  merged (higher (agree value_dec)) (stated acts).

(* The highest layer that gives a place a constant gives it this one, and no other. *)
Lemma highest_decides acts k v :
  highest acts = Some (k, Only v) ->
  (exists w, In w acts /\ by_layer w = k /\ In v (constant w))
  /\ forall w u, In w acts -> In u (constant w) -> k <= by_layer w /\ (by_layer w = k -> u = v).
Proof.
  intros H. apply merged_higher in H as (M & L). simpl in *.
  assert (forall w u, In w acts -> In u (constant w) ->
            In (by_layer w, Only u) (stated acts)) as G.
  { intros w u I J. unfold stated. apply in_flat_map. exists w. split; trivial. apply in_map_iff. eauto. }
  split.
  - remember (filter _ _) as chosen eqn:C. destruct chosen as [|(j, f) rest]; [discriminate|].
    assert (In (j, f) ((j, f) :: rest)) as I by now left.
    assert (f = Only v) as -> by (apply (merged_agree value_dec _ v M); now left).
    rewrite C in I. apply filter_In in I as (I & J). apply Nat.eqb_eq in J. simpl in J. subst j.
    apply in_flat_map in I as (w & W & I). apply in_map_iff in I as (u & E & D).
    injection E as <- <-. eauto.
  - intros w u I J. specialize (G w u I J). split; [now apply L in G|].
    intros E. assert (Only u = Only v) as F; [|congruence].
    apply (merged_agree value_dec _ v M), in_map_iff. exists (by_layer w, Only u). split; trivial.
    apply filter_In. split; trivial. now apply Nat.eqb_eq.
Qed.

Definition clamps (acts : list write) : list bounds :=
  flat_map (fun w => match makes w with Clamp f c => [Bound c f None 0] | _ => [] end) acts.

Definition unions (acts : list write) : list N :=
  flat_map (fun w => match makes w with Unite s => [s] | _ => [] end) acts.

Inductive reason := Disagreement | Contradiction | Misfit | OutOfBounds | GuardFailed.

Inductive merge :=
  | Keep
  | Put (v : value)
  | Stop (why : reason).

Definition filled (current : option value) (acts : list write) : merge :=
  match current, highest acts with
  | None, Some (_, Only v) => Put v
  | None, Some (_, Conflict) => Stop Disagreement
  | _, _ => Keep
  end.

Definition squeeze (b : bounds) (n : Z) : Z :=
  let under := match ceiling b with Some c => Z.min n c | None => n end in
  match floor b with Some f => Z.max under f | None => under end.

Definition bounded (current : option value) (acts : list write) : merge :=
  match merged N.lor (unions acts), merged meet (clamps acts), current with
  | None, None, _ => Keep
  | Some _, Some _, _ => Stop Misfit
  | Some u, None, None => Put (Items u)
  | Some u, None, Some (Items s) => Put (Items (N.lor s u))
  | Some _, None, Some _ => Stop Misfit
  | None, Some b, _ =>
      if contradicts b then Stop Contradiction
      else match current with
           | None => Keep
           | Some (Whole n) => Put (Whole (squeeze b n))
           | Some _ => Stop Misfit
           end
  end.

Definition fits (v : value) (b : bounds) : bool :=
  match v with
  | Whole n => given (fun c => n <=? c)%Z (ceiling b) && given (fun f => f <=? n)%Z (floor b)
  | _ => false
  end.

(* Whether a write takes part where this is there: a lock made instead of some values only there. *)
Definition takes_part (current : option value) (w : write) : bool :=
  match makes w, current with
  | Lock _ [], _ => true
  | Lock _ instead, Some u => if in_dec value_dec u instead then true else false
  | Lock _ _, None => false
  | _, _ => true
  end.

(* A lock yields to clamps of its own layer and of those above; those of lower layers yield to it. *)
Definition locked (acts bounding : list write) : merge :=
  match highest acts with
  | None => Keep
  | Some (_, Conflict) => Stop Disagreement
  | Some (k, Only v) =>
      if forallb (fits v) (clamps (filter (fun w => by_layer w <=? k) bounding))
      then Put v else Stop OutOfBounds
  end.

Definition made (current : option value) (m : merge) : option value :=
  match m with
  | Put v => Some v
  | _ => current
  end.

(* The three strata, and the object after each. *)

Definition fill (ws : list write) (x : object) (p : nat) : merge := filled (x p) (asked 1 ws x p).
Definition after_fill (ws : list write) (x : object) : object := fun p => made (x p) (fill ws x p).

Definition bound (ws : list write) (x : object) (p : nat) : merge :=
  let x1 := after_fill ws x in bounded (x1 p) (asked 2 ws x1 p).
Definition after_bound (ws : list write) (x : object) : object :=
  fun p => made (after_fill ws x p) (bound ws x p).

(* The locks that take part, as the place is before any of them. *)
Definition acting (ws : list write) (x : object) (p : nat) : list write :=
  filter (takes_part (after_bound ws x p)) (asked 3 ws (after_bound ws x) p).

Definition lock (ws : list write) (x : object) (p : nat) : merge :=
  locked (acting ws x p) (asked 2 ws (after_fill ws x) p).
Definition mutate (ws : list write) (x : object) : object :=
  fun p => made (after_bound ws x p) (lock ws x p).

Definition stop (m : merge) : list reason :=
  match m with
  | Stop why => [why]
  | _ => []
  end.

(* Why the place can't have what policies want of it: nothing where it can. *)
Definition conflicts (ws : list write) (x : object) (p : nat) : list reason :=
  stop (fill ws x p) ++ stop (bound ws x p) ++ stop (lock ws x p)
  ++ (if broken 1 ws x p || broken 2 ws (after_fill ws x) p || broken 3 ws (after_bound ws x) p
      then [GuardFailed] else []).

(* The rule of loading: no guard reads what its own stratum or a later one writes. *)
Definition static (ws : list write) : Prop :=
  forall w w', In w ws -> In w' ws -> stratum w <= stratum w' -> ~ In (target w') (reads w).

(* And of what each place may be given: items or one value, and where it is clamped a whole number. *)
Definition matching (w w' : write) : Prop :=
  match makes w, makes w' with
  | Default _, Unite _ | Lock _ _, Unite _ | Clamp _ _, Unite _ => False
  | Default v, Clamp _ _ | Lock v _, Clamp _ _ => exists n, v = Whole n
  | _, _ => True
  end.

Definition consistent (ws : list write) : Prop :=
  forall w w', In w ws -> In w' ws -> target w = target w' -> matching w w'.

(* And of a place where a lock is made instead of some values: nothing clamps it or adds to it, no lock
   gives it one of these values, and what a lower layer always locks it to is that lock's value too. *)
Definition lasting (ws : list write) : Prop :=
  forall w w' v instead,
    In w ws -> In w' ws -> target w = target w' -> makes w = Lock v instead -> instead <> [] ->
    match makes w' with
    | Default _ => True
    | Clamp _ _ | Unite _ => False
    | Lock u others => ~ In u instead /\ (others = [] -> by_layer w < by_layer w' -> u = v)
    end.
